//! A minimal Redis client: many callers, one connection, everything that has queued up in one write.
//!
//! It knows the four replies that our script and its set-up give; anything else is an error.

use std::collections::VecDeque;

use anyhow::{Context as _, Result, bail, ensure};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{mpsc, oneshot},
};

const COMMANDS_IN_ONE_WRITE: usize = 1024;
const READ_BYTES: usize = 64 * 1024;

/// What Redis answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// `:1`
    Integer(i64),
    /// `+OK` or a bulk string.
    Text(String),
    /// A bulk string that is absent.
    Absent,
    /// `-ERR ...`
    Refused(String),
}

/// A handle on the connection; clones share it.
#[derive(Clone)]
pub struct Connection(mpsc::UnboundedSender<Call>);

struct Call {
    command: Vec<u8>,
    reply: oneshot::Sender<Reply>,
}

impl Connection {
    /// Connects to a Redis on this machine. Must be called within a runtime.
    pub async fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let (reader, writer) = stream.into_split();
        let (calls, queue) = mpsc::unbounded_channel();
        let (asked, awaited) = mpsc::unbounded_channel();
        // Either task ends when the connection or the last handle goes; callers then see their reply dropped.
        tokio::spawn(write_calls(writer, queue, asked));
        tokio::spawn(read_replies(reader, awaited));
        Ok(Self(calls))
    }

    /// Sends one command and waits for its reply; a refusal is an error.
    pub async fn call(&self, words: &[&str]) -> Result<Reply> {
        let (reply, answer) = oneshot::channel();
        let command = encode(words);
        self.0.send(Call { command, reply }).ok().context("the connection to Redis is closed")?;
        match answer.await.context("the connection to Redis broke")? {
            Reply::Refused(reason) => bail!("Redis refused: {reason}"),
            reply => Ok(reply),
        }
    }

    /// Sends all commands before it waits for the first reply; a refusal is an error.
    pub async fn call_all(&self, commands: &[Vec<String>]) -> Result<()> {
        let mut answers = Vec::with_capacity(commands.len());
        for words in commands {
            let (reply, answer) = oneshot::channel();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let call = Call { command: encode(&words), reply };
            self.0.send(call).ok().context("the connection to Redis is closed")?;
            answers.push(answer);
        }
        for answer in answers {
            if let Reply::Refused(reason) = answer.await.context("the connection to Redis broke")? {
                bail!("Redis refused: {reason}");
            }
        }
        Ok(())
    }

    /// Sends one command whose reply is a number, as digits or as an integer.
    pub async fn integer(&self, words: &[&str]) -> Result<i64> {
        match self.call(words).await? {
            Reply::Integer(value) => Ok(value),
            Reply::Text(digits) => Ok(digits.parse()?),
            other => bail!("{other:?} is no number"),
        }
    }
}

async fn write_calls(
    mut writer: OwnedWriteHalf,
    mut queue: mpsc::UnboundedReceiver<Call>,
    asked: mpsc::UnboundedSender<oneshot::Sender<Reply>>,
) -> Result<()> {
    let mut calls = Vec::with_capacity(COMMANDS_IN_ONE_WRITE);
    let mut bytes = Vec::new();
    while queue.recv_many(&mut calls, COMMANDS_IN_ONE_WRITE).await > 0 {
        bytes.clear();
        for call in calls.drain(..) {
            bytes.extend_from_slice(&call.command);
            asked.send(call.reply).ok().context("the reader stopped")?;
        }
        writer.write_all(&bytes).await?;
    }
    Ok(())
}

async fn read_replies(
    mut reader: OwnedReadHalf,
    mut awaited: mpsc::UnboundedReceiver<oneshot::Sender<Reply>>,
) -> Result<()> {
    let mut buffer = Vec::with_capacity(READ_BYTES);
    let mut replies = VecDeque::new();
    while reader.read_buf(&mut buffer).await? > 0 {
        let mut read = 0;
        while let Some((reply, length)) = parse(&buffer[read..])? {
            replies.push_back(reply);
            read += length;
        }
        buffer.drain(..read);
        for reply in replies.drain(..) {
            let caller = awaited.recv().await.context("a reply to no call")?;
            let _ = caller.send(reply);
        }
    }
    Ok(())
}

fn encode(words: &[&str]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend_from_slice(format!("${}\r\n{word}\r\n", word.len()).as_bytes());
    }
    bytes
}

/// The first reply in `bytes` and its length, or none while it is still incomplete.
fn parse(bytes: &[u8]) -> Result<Option<(Reply, usize)>> {
    let Some(end) = bytes.windows(2).position(|pair| pair == b"\r\n") else {
        return Ok(None);
    };
    let (kind, line) = (bytes[0], std::str::from_utf8(&bytes[1..end])?);
    let after = end + 2;
    let reply = match kind {
        b':' => Reply::Integer(line.parse()?),
        b'+' => Reply::Text(line.to_owned()),
        b'-' => Reply::Refused(line.to_owned()),
        b'$' if line == "-1" => Reply::Absent,
        b'$' => return parse_bulk(bytes, after, line.parse()?),
        other => bail!("a reply of kind {:?}", char::from(other)),
    };
    Ok(Some((reply, after)))
}

fn parse_bulk(bytes: &[u8], start: usize, length: usize) -> Result<Option<(Reply, usize)>> {
    let end = start + length;
    let Some(closing) = bytes.get(end..end + 2) else {
        return Ok(None);
    };
    ensure!(closing == b"\r\n", "a bulk string that does not end");
    let text = std::str::from_utf8(&bytes[start..end])?.to_owned();
    Ok(Some((Reply::Text(text), end + 2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_an_array_of_bulk_strings() {
        assert_eq!(encode(&["GET", "stock"]), b"*2\r\n$3\r\nGET\r\n$5\r\nstock\r\n");
    }

    #[test]
    fn replies_are_read_one_by_one() -> Result<()> {
        let cases: [(&str, Reply, usize); 5] = [
            (":-2\r\n:1", Reply::Integer(-2), 5),
            ("+OK\r\n", Reply::Text("OK".into()), 5),
            ("$3\r\nabc\r\n+", Reply::Text("abc".into()), 9),
            ("$-1\r\n", Reply::Absent, 5),
            ("-ERR no\r\n", Reply::Refused("ERR no".into()), 9),
        ];
        for (bytes, reply, length) in cases {
            assert_eq!(parse(bytes.as_bytes())?, Some((reply, length)));
        }
        Ok(())
    }

    #[test]
    fn half_a_reply_waits_and_nonsense_fails() -> Result<()> {
        for half in ["", ":1", "$3\r\nab", "$3\r\nabc\r"] {
            assert_eq!(parse(half.as_bytes())?, None);
        }
        assert!(parse(b"*1\r\n").is_err());
        Ok(())
    }
}
