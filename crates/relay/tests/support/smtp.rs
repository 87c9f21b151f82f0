//! A mail server on loopback that answers from a script: one answer for each command.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What it does when a command comes.
#[derive(Debug, Clone, Copy)]
pub enum Does {
    Says(&'static str),
    Silence,
    Close,
}

pub struct MailServer {
    pub address: SocketAddr,
    mails: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    /// Answers as servers do, but for what `unusual` says of a command (`HELLO` is the greeting, `DOT` the mail's end).
    pub async fn with(unusual: &[(&'static str, Does)]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mails: Arc<Mutex<Vec<String>>> = Arc::default();
        let (kept, script) = (Arc::clone(&mails), unusual.iter().copied().collect::<BTreeMap<_, _>>());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, script.clone(), Arc::clone(&kept)));
            }
        });
        Self { address, mails }
    }

    /// Mails whose end came, whatever was said to them.
    pub fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }
}

async fn talk(stream: TcpStream, script: BTreeMap<&'static str, Does>, kept: Arc<Mutex<Vec<String>>>) {
    let mut stream = BufReader::new(stream);
    let usual = |command: &str| match command {
        "HELLO" => "220 ready",
        "EHLO" => "250-mail.test\r\n250 AUTH PLAIN LOGIN",
        "AUTH" => "235 welcome",
        "DATA" => "354 go on",
        "QUIT" => "221 bye",
        _ => "250 ok",
    };
    let mut command = "HELLO".to_owned();
    loop {
        let line = match script.get(command.as_str()) {
            Some(Does::Says(line)) => *line,
            Some(Does::Silence) => return std::future::pending().await,
            Some(Does::Close) => return,
            None => usual(&command),
        };
        if stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.is_err() {
            return;
        }
        let mut came = String::new();
        if command == "DATA" && line.starts_with("354") {
            while !came.ends_with("\r\n.\r\n") {
                if stream.read_line(&mut came).await.unwrap_or(0) == 0 {
                    return;
                }
            }
            kept.lock().unwrap().push(came);
            "DOT".clone_into(&mut command);
        } else {
            if stream.read_line(&mut came).await.unwrap_or(0) == 0 {
                return;
            }
            command = came.split([' ', '\r']).next().unwrap().to_owned();
        }
    }
}
