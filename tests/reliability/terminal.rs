//! The progress bar on a terminal.

use super::{GOOD, shell};
use crate::running::Repository;

/// Runs the program on a pipe that stays open, on a terminal, and interrupts it once there is a bar.
const INTERRUPTED: &str = r#"
import os, pty, signal, sys
program = sys.argv[1]
os.mkfifo("a.jsonl")
child, terminal = pty.fork()
if child == 0:
    os.environ["TERM"] = "xterm"
    os.execv(program, [program, "check", "a.jsonl"])
feed = open("a.jsonl", "w")
feed.write(sys.argv[2])
feed.flush()
said = b""
while b"left" not in said:
    said += os.read(terminal, 4096)
os.kill(child, signal.SIGINT)
try:
    while more := os.read(terminal, 4096):
        said += more
except OSError:
    pass
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said.endswith(b"\r\x1b[2K"), b"GiB/s" in said)
"#;

#[test]
fn an_interrupted_run_leaves_no_bar_on_the_terminal() {
    let repository = Repository::new(&[("terminal.py", INTERRUPTED)]);
    let script = format!("timeout 60 python3 terminal.py $T '{GOOD}'");
    let (code, out, said) = shell(&repository.path("."), &script);
    assert_eq!((code, out.as_str()), (0, "130 True False\n"), "{said}");
}
