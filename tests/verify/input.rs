//! Lines of any number, one at a time, in memory that does not grow. Not here: what a line says.

use std::io::{self, BufRead, Read as _};

/// The longest line that is read; an answer is capped at the same size by the client.
pub const LONGEST: u64 = 64 * 1024 * 1024;

/// One line of the input.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// Its text.
    Text(String),
    /// Why there is none: too long, or no UTF-8.
    Bad(String),
}

/// The lines of a reader, with their numbers, empty ones left out.
pub struct Lines<R> {
    reader: R,
    number: u64,
    longest: u64,
}

impl<R: BufRead> Lines<R> {
    /// Reads lines of at most [`LONGEST`] bytes.
    pub fn new(reader: R) -> Self {
        Self::with_longest(reader, LONGEST)
    }

    /// Reads lines of at most so many bytes.
    pub fn with_longest(reader: R, longest: u64) -> Self {
        Self { reader, number: 0, longest }
    }

    fn next_line(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        let limit = self.longest + 1;
        if (&mut self.reader).take(limit).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        if bytes.last() != Some(&b'\n') && bytes.len() as u64 == limit {
            drop(bytes);
            self.skip()?;
            return Ok(Some(Line::Bad(format!("the line is longer than {} bytes", self.longest))));
        }
        Ok(Some(match String::from_utf8(bytes) {
            Ok(text) => Line::Text(text),
            Err(error) => {
                Line::Bad(format!("the line is no UTF-8 after byte {}", error.utf8_error().valid_up_to()))
            }
        }))
    }

    /// Goes on to the next line without keeping anything of this one.
    fn skip(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(());
            }
            let (used, done) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at + 1, true),
                None => (buffer.len(), false),
            };
            self.reader.consume(used);
            if done {
                return Ok(());
            }
        }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = io::Result<(u64, Line)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.number += 1;
            match self.next_line() {
                Ok(Some(Line::Text(text))) if text.trim().is_empty() => {}
                Ok(Some(line)) => return Some(Ok((self.number, line))),
                Ok(None) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Lines};

    #[test]
    fn lines_keep_their_numbers_and_a_long_one_does_not_stop_the_rest() {
        let input = b"one\n\nfour bytes are too many\n\xff\xfe\nlast" as &[u8];
        let lines: Vec<_> = Lines::with_longest(input, 5).map(Result::unwrap).collect();
        assert_eq!(
            lines,
            [
                (1, Line::Text("one\n".into())),
                (3, Line::Bad("the line is longer than 5 bytes".into())),
                (4, Line::Bad("the line is no UTF-8 after byte 0".into())),
                (5, Line::Text("last".into())),
            ]
        );
    }
}
