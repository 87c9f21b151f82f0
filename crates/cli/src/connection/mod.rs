//! Connections: taking them, serving them, ending them.
//!
//! Always holds: nothing that a peer does or leaves undone keeps others out. There is a place for so many connections
//! ([`places`]), each is waited for only so long ([`watch`]), bodies come at a pace ([`coming`]), and more requests than
//! can be worked on are refused ([`turns`]). What cannot be taken is logged, and taking goes on.

mod coming;
mod exchanges;
mod files;
mod handed;
mod places;
mod turns;
mod watch;

pub use places::Most;
pub use watch::Patience;

use axum::Router;
use exchanges::Exchanges;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use places::{Place, Places};
use std::io::{self, ErrorKind};
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch as told};
use tokio::time::Instant;
use turns::Turns;
use watch::Watch;

/// After an error of accepting, the next attempt waits for so long.
const BACK_OFF: Duration = Duration::from_millis(100);
/// Streams of one HTTP/2 connection.
const STREAMS: u32 = 64;
/// Streams that a peer took back before they were looked at.
const RESET_STREAMS: usize = 32;
/// Bytes of a head; clients send a few hundred.
const HEAD_BYTES: usize = 64 << 10;
/// Bytes of an HTTP/2 head, which is bounded apart.
const HEADER_LIST_BYTES: u32 = 16 << 10;
/// Bytes of bodies that a peer may send ahead over HTTP/2, by connection; a stream may send a quarter.
const AHEAD: u32 = 256 << 10;

/// Everything that connections go by.
#[derive(Debug, Clone)]
pub struct Terms {
    /// How many there may be.
    pub most: Most,
    /// How slow peers may be.
    pub patience: Patience,
    /// Requests that are worked on at once.
    pub at_once: usize,
    /// Requests that wait for their turn.
    pub waiting: usize,
    /// How long they wait at most.
    pub longest_wait: Duration,
}

impl Terms {
    /// The same within the limit of open files, which is raised for it.
    pub fn within_files(mut self) -> Self {
        let files = files::raise();
        self.most.all = files::connections(self.most.all, files);
        let (connections, of_a_peer) = (self.most.all, self.most.of_a_peer);
        tracing::info!(files, connections, of_a_peer, "open files and connections are limited");
        self
    }
}

/// Serves until it is told to stop, and then what is in progress.
pub async fn serve(listener: TcpListener, router: Router, terms: Terms, mut stopped: told::Receiver<bool>) {
    let places = Places::new(terms.most.clone());
    let turns = Turns::new(terms.at_once, terms.waiting, terms.longest_wait);
    // Nothing is sent: it ends when the last connection does.
    let (open, mut all_closed) = mpsc::channel::<()>(1);
    let mut stop = stopped.clone();
    let taking = async {
        loop {
            let Some(stream) = accept(&listener).await else { continue };
            let watch = Watch::new(terms.patience);
            let Some((place, peer)) = place(&places, &stream, &watch) else { continue };
            let exchanges = Exchanges { router: router.clone(), turns: turns.clone(), watch, peer };
            let (stopped, open) = (stopped.clone(), open.clone());
            tokio::spawn(async move {
                connection(stream, exchanges, place, stopped).await;
                drop(open);
            });
        }
    };
    tokio::select! {
        () = taking => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
    drop((listener, open));
    let _ = stopped.wait_for(|stop| *stop).await;
    let _ = all_closed.recv().await;
}

/// Takes the next connection; none when that failed, which is said and waited out.
async fn accept(listener: &TcpListener) -> Option<TcpStream> {
    match listener.accept().await {
        Ok((stream, _)) => Some(stream),
        // The peer has gone already.
        Err(error) if is_of_the_peer(&error) => None,
        // No files, no memory: what others give back is taken up again.
        Err(error) => {
            metrics::counter!("promenade_accept_errors_total").increment(1);
            tracing::error!(error = %error, "a connection cannot be taken; trying again");
            tokio::time::sleep(BACK_OFF).await;
            None
        }
    }
}

fn is_of_the_peer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
    )
}

/// A place for a connection; one without is closed.
fn place(places: &Arc<Places>, stream: &TcpStream, watch: &Arc<Watch>) -> Option<(Place, IpAddr)> {
    // A peer that has gone has no address any more.
    let address = stream.peer_addr().ok()?;
    let place = places.take(address.ip(), watch, Instant::now());
    if place.is_none() {
        metrics::counter!("promenade_connections_refused_total").increment(1);
        tracing::debug!(peer = %address, "there is no place for a connection");
    }
    #[allow(clippy::cast_precision_loss, reason = "a gauge is a float")]
    metrics::gauge!("promenade_connections").set(places.count() as f64);
    Some((place?, address.ip().to_canonical()))
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    // The watch ends what does not come; a timer for each head beside it would be work for nothing.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(HEAD_BYTES);
    let mut http2 = builder.http2();
    http2.max_concurrent_streams(STREAMS).max_header_list_size(HEADER_LIST_BYTES);
    http2.max_pending_accept_reset_streams(RESET_STREAMS).max_local_error_reset_streams(RESET_STREAMS);
    http2.initial_connection_window_size(AHEAD).initial_stream_window_size(AHEAD / 4);
    builder
}

/// Serves one connection to its end.
async fn connection(
    stream: TcpStream,
    exchanges: Exchanges,
    place: Place,
    mut stopped: told::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let watch = exchanges.watch.clone();
    let builder = builder();
    let mut served =
        pin!(builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(exchanges)));
    let mut given_up = pin!(watch.given_up());
    let mut is_told = false;
    loop {
        tokio::select! {
            outcome = served.as_mut() => break exchanges::ended(outcome),
            ending = given_up.as_mut() => {
                let reason = ending.as_str();
                metrics::counter!("promenade_connections_ended_total", "reason" => reason).increment(1);
                tracing::debug!(reason, "a connection was ended");
                break;
            }
            _ = stopped.wait_for(|stop| *stop), if !is_told => {
                is_told = true;
                served.as_mut().graceful_shutdown();
            }
        }
    }
    drop(place);
}

#[cfg(test)]
mod tests;
