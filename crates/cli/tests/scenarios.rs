//! Every scenario over HTTP, each against a server of its own on a database of its own.

use scenario::HttpDoor;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

/// A running `promenade serve`; it is stopped when this goes out of scope.
struct Server {
    process: Child,
    address: String,
    /// Kept open: the server may go on writing.
    _output: BufReader<ChildStdout>,
    _folder: tempfile::TempDir,
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = format!("sqlite:{}", folder.path().join("scenario.db").display());
        let mut command = Command::new(env!("CARGO_BIN_EXE_promenade"));
        command
            .args(["serve", "--sandbox", "--store", &store])
            .args(["--listen", "127.0.0.1:0"])
            .current_dir(folder.path())
            .env("RUST_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PROMENADE_") {
                command.env_remove(name);
            }
        }
        let mut process = command.spawn().expect("the program starts");
        let output = process.stdout.take().expect("its output is piped");
        let mut output = BufReader::new(output);
        let mut said = String::new();
        let address = loop {
            let mut line = String::new();
            let read = output.read_line(&mut line).expect("its output is text");
            if let Some(address) = line.trim().strip_prefix("listening on http://") {
                break address.to_owned();
            }
            said.push_str(&line);
            assert!(read > 0, "the server ended before it listened: {said}");
        };
        Self { process, address, _output: output, _folder: folder }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing of it is left.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn through_http(name: &str) {
    let server = Server::start();
    scenario::check(name, &mut HttpDoor::new(&*server.address));
}

scenario::tests!(crate::through_http);

#[test]
fn every_file_is_listed() {
    let mut listed = LISTED.to_vec();
    listed.sort_unstable();
    assert_eq!(scenario::on_disk(), listed);
}
