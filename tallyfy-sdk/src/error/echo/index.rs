//! The substrings of a few short texts, in an automaton: building it takes a step for each byte of them, and a look-up ends
//! at the first byte that is not there. So thousands of sent texts cost no more than their own bytes, whatever they are. A
//! search for many patterns (Aho-Corasick) would be built from the wrong side, from megabytes that nobody repeats.

use std::cell::Cell;

/// A suffix automaton (Blumer et al., 1985) over the texts, one after the other; a byte that no UTF-8 text has parts them.
#[derive(Debug)]
pub(super) struct Index {
    states: Vec<State>,
    /// Steps of building and of all look-ups: what the tests bound.
    pub(super) steps: Cell<u64>,
}

#[derive(Clone, Debug, Default)]
struct State {
    longest: u32,
    link: Option<u32>,
    next: Vec<(u8, u32)>,
}

impl State {
    fn step(&self, byte: u8) -> Option<u32> {
        self.next.iter().find(|(known, _)| *known == byte).map(|(_, state)| *state)
    }

    fn set(&mut self, byte: u8, to: u32) {
        match self.next.iter_mut().find(|(known, _)| *known == byte) {
            Some((_, state)) => *state = to,
            None => self.next.push((byte, to)),
        }
    }
}

const BETWEEN: u8 = 0xff;

impl Index {
    pub(super) fn of(texts: &[&str]) -> Self {
        let mut index = Self { states: vec![State::default()], steps: Cell::new(0) };
        let mut last = 0;
        for text in texts {
            for byte in text.bytes().chain([BETWEEN]) {
                last = index.append(last, byte);
            }
        }
        index
    }

    /// How much of the beginning of a text stands in one of the indexed, in bytes; never half of a character.
    pub(super) fn longest_start(&self, text: &str) -> usize {
        let (mut state, mut length) = (0, 0);
        for byte in text.bytes() {
            self.count();
            match self.states[state as usize].step(byte) {
                Some(next) => (state, length) = (next, length + 1),
                None => break,
            }
        }
        (0..=length).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
    }

    fn append(&mut self, last: u32, byte: u8) -> u32 {
        let longest = self.states[last as usize].longest + 1;
        let current = self.add(State { longest, ..State::default() });
        let mut from = Some(last);
        let reached = loop {
            self.count();
            let Some(state) = from else { break None };
            match self.states[state as usize].step(byte) {
                Some(next) => break Some((state, next)),
                None => self.states[state as usize].set(byte, current),
            }
            from = self.states[state as usize].link;
        };
        let link = match reached {
            None => 0,
            Some((state, next)) => self.split(state, next, byte),
        };
        self.states[current as usize].link = Some(link);
        current
    }

    /// The state that `byte` leads to from `state`, for what is just one longer; a copy of `next` where that is for more.
    fn split(&mut self, state: u32, next: u32, byte: u8) -> u32 {
        let longest = self.states[state as usize].longest + 1;
        if self.states[next as usize].longest == longest {
            return next;
        }
        let copy = State { longest, ..self.states[next as usize].clone() };
        let copy = self.add(copy);
        let mut from = Some(state);
        while let Some(at) = from.filter(|at| self.states[*at as usize].step(byte) == Some(next)) {
            self.count();
            self.states[at as usize].set(byte, copy);
            from = self.states[at as usize].link;
        }
        self.states[next as usize].link = Some(copy);
        copy
    }

    fn add(&mut self, state: State) -> u32 {
        self.states.push(state);
        u32::try_from(self.states.len() - 1).unwrap_or(u32::MAX)
    }

    fn count(&self) {
        self.steps.set(self.steps.get() + 1);
    }
}
