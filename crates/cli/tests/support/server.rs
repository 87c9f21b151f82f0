//! The program itself: a service that runs until it is dropped, and commands that end by themselves.

use super::Client;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How long a command or a stopping service may take before the test calls it hung.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The program in a folder, without settings from outside. Its log goes to `serve.log` there.
pub fn program(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_promenade"));
    // What is said does not depend on the language of whoever runs the tests.
    command.env("LC_ALL", "C");
    command.args(args).current_dir(folder).env("RUST_LOG", "warn").stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PROMENADE_") {
            command.env_remove(name);
        }
    }
    command
}

/// What a command came to.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub out: String,
    /// What it complained about.
    pub err: String,
}

/// Runs a command to its end; one that hangs is killed and fails the test.
pub fn run(folder: &Path, args: &[&str]) -> Ended {
    finish(program(folder, args))
}

/// [`run`] for a command with an environment of its own.
pub fn finish(mut command: Command) -> Ended {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().expect("the program starts");
    let (out, err) = (read(process.stdout.take()), read(process.stderr.take()));
    let deadline = Instant::now() + PATIENCE;
    let mut texts = [out, err].map(|text| {
        let left = deadline.saturating_duration_since(Instant::now());
        text.recv_timeout(left).ok()
    });
    if texts.iter().any(Option::is_none) {
        let _ = process.kill();
        panic!("{command:?} did not end within {PATIENCE:?}");
    }
    let status = process.wait().expect("the program can be waited for");
    let [out, err] = [0, 1].map(|index| texts[index].take().unwrap_or_default());
    Ended { code: status.code(), out, err }
}

/// Reads to the end on a thread of its own.
fn read(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    let mut pipe = pipe.expect("the output is piped");
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        let _ = send.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receive
}

/// A running `promenade serve`.
#[derive(Debug)]
pub struct Server {
    process: Child,
    /// Where it listens.
    pub address: String,
    /// What it printed before it did.
    pub greeting: String,
    /// Kept open: the service may go on writing.
    output: Option<BufReader<ChildStdout>>,
    log: PathBuf,
}

impl Server {
    /// `serve` on a free port with these arguments; panics with its log when it does not listen.
    pub fn start(folder: &Path, args: &[&str]) -> Self {
        let listen = ["serve", "--listen", "127.0.0.1:0"];
        Self::of(program(folder, &[&listen, args].concat()), folder)
    }

    /// A sandbox on `shop.db` in the folder.
    pub fn sandbox(folder: &Path) -> Self {
        Self::start(folder, &["--sandbox", "--store", "sqlite:shop.db"])
    }

    /// A `serve` that is written out.
    pub fn of(command: Command, folder: &Path) -> Self {
        let log = folder.join("serve.log");
        let file = OpenOptions::new().create(true).append(true).open(log);
        Self::logging_to(command, folder, file.expect("the log can be written"))
    }

    /// The same with its standard error somewhere else.
    pub fn logging_to(mut command: Command, folder: &Path, log_to: impl Into<Stdio>) -> Self {
        let log = folder.join("serve.log");
        command.stdout(Stdio::piped()).stderr(log_to);
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
            if read == 0 {
                let _ = process.wait();
                let log = fs::read_to_string(&log).unwrap_or_default();
                panic!("the service ended before it listened: {said}{log}");
            }
        };
        Self { process, address, greeting: said, output: Some(output), log }
    }

    /// A client with the sandbox's key.
    pub fn client(&self) -> Client {
        Client::new(&self.address, "sandbox")
    }

    /// The number of its process.
    pub fn number(&self) -> u32 {
        self.process.id()
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.process.kill().expect("the service can be killed");
        self.process.wait().expect("the service can be waited for");
    }

    /// Sends SIGTERM to this process, by its number.
    pub fn terminate(&self) {
        let number = self.process.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &number]).status();
        assert!(sent.is_ok_and(|status| status.success()), "SIGTERM is sent");
    }

    /// Takes a limit of the size of its files away.
    pub fn let_files_grow(&self) {
        let number = self.process.id().to_string();
        let raised = Command::new("prlimit").args(["--pid", &number, "--fsize=unlimited"]).status();
        assert!(raised.is_ok_and(|status| status.success()), "the limit is taken away");
    }

    /// Waits for the end; how it ended and what else it printed. One that hangs fails the test.
    pub fn ended(mut self) -> (ExitStatus, String) {
        let (send, receive) = mpsc::channel();
        let mut output = self.output.take().expect("this is asked once");
        std::thread::spawn(move || {
            let mut rest = String::new();
            let _ = output.read_to_string(&mut rest);
            let _ = send.send(rest);
        });
        let rest = receive.recv_timeout(PATIENCE);
        let rest = rest.unwrap_or_else(|_| panic!("the service did not end: {}", self.log()));
        let status = self.process.wait().expect("the service can be waited for");
        (status, rest)
    }

    /// Waits until its log says all of that, and gives the log. Lines are written by a thread of their own, so one may
    /// come after the answer that it is about.
    pub fn logs(&self, wanted: &[&str]) -> String {
        let begun = Instant::now();
        loop {
            let log = self.log();
            if wanted.iter().all(|text| log.contains(text)) {
                return log;
            }
            assert!(begun.elapsed() < PATIENCE, "{wanted:?} is not said: {log}");
            std::thread::yield_now();
        }
    }

    /// Ends it in order and gives all that it ever logged: what is not there was not said.
    pub fn whole_log(self) -> String {
        self.terminate();
        let path = self.log.clone();
        let (status, _) = self.ended();
        assert!(status.success(), "it ended with {status}");
        fs::read_to_string(path).expect("its log")
    }

    /// What it logged so far, for a message.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing of it is left.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
