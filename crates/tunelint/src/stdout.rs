//! Standard output, whose closed pipe is not an error.

use std::io::{self, IsTerminal, Write};

use crate::exit::{Exit, Failure, unwritten};

/// Standard output. After its pipe is closed, the rest of the output is discarded, so that `| head`
/// does not change the exit code.
pub struct Stdout(io::Stdout);

impl Default for Stdout {
    fn default() -> Self {
        Self(io::stdout())
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        unless_closed(self.0.write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        unless_closed(self.0.flush(), ())
    }
}

fn unless_closed<T>(outcome: io::Result<T>, instead: T) -> io::Result<T> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(instead),
        Err(error) => Err(unwritten("to standard output", error)),
        done => done,
    }
}

/// Writes the whole output of a command.
pub fn print(text: &str) -> Result<Exit, Failure> {
    let mut out = Stdout::default();
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    printed
        .map(|()| Exit::Clean)
        .map_err(|error| Failure::io("write", "standard output", &error))
}

/// Whether standard output is a terminal that shows colors.
pub fn shows_colors() -> bool {
    io::stdout().is_terminal()
        && anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}
