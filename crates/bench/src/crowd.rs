//! A crowd that keeps connections to a server and says nothing, or half of something, from many addresses.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use anyhow::Result;
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpSocket, TcpStream},
    time::timeout,
};

/// Connections of one address.
const OF_AN_ADDRESS: usize = 900;
/// The first address is 127.0.1.1: who works comes from another.
const FIRST: u8 = 1;

/// The connections; dropping it closes them.
pub struct Crowd(Vec<TcpStream>);

impl Crowd {
    /// Opens up to `count` connections and says `begun` on every second one. Those that the server or the system
    /// does not let in are left out.
    pub async fn gather(address: SocketAddr, count: usize, begun: &[u8]) -> Result<Self> {
        let mut here = Vec::with_capacity(count);
        for number in 0..count {
            let host = u8::try_from(number / OF_AN_ADDRESS)?.saturating_add(FIRST);
            let socket = TcpSocket::new_v4()?;
            socket.bind((Ipv4Addr::new(127, 0, 1, host), 0).into())?;
            let connected = timeout(Duration::from_secs(5), socket.connect(address)).await;
            let Ok(Ok(mut stream)) = connected else { break };
            if number.is_multiple_of(2) && stream.write_all(begun).await.is_err() {
                continue;
            }
            here.push(stream);
        }
        Ok(Self(here))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody came.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
