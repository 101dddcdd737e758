//! That the planted mistakes still find their places. That the fault table notices them is `cargo xtask mutants`.

use std::fs;

use xtask::mutants::MUTANTS;

#[test]
fn every_mutant_has_its_place_in_the_source() {
    for mutant in &MUTANTS {
        let text = fs::read_to_string(xtask::root().join(mutant.file)).expect(mutant.file);
        let planted = mutant.plant(&text).unwrap_or_else(|error| panic!("{error}"));
        assert_ne!(planted, text, "{}", mutant.name);
    }
}
