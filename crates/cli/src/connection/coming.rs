//! The body of a request, as it comes.
//!
//! Always holds: it comes at a pace or it ends ([`BodyEnded::Slow`]); its last piece is followed by a turn, so that what
//! a request asks is done only in turn ([`BodyEnded::NoTurn`]), while slow bodies hold no turns. What nobody reads is
//! read on for a while and dropped: a client that is still sending sees its answer then, not a broken pipe.

use super::turns::{self, NoTurn, Turns};
use super::watch::{Exchange, PACE};
use axum::BoxError;
use axum::body::Bytes;
use http_api::BodyEnded;
use http_body::{Body, Frame, SizeHint};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// So many bytes that nobody wants are read on: the largest batch twice over.
const READ_ON: u64 = 32 << 20;
/// After each [`PACE`] of them the next waits for so long: they are worth no more of the machine.
const REST: Duration = Duration::from_millis(2);

type Turn = Pin<Box<dyn Future<Output = Result<turns::Turn, NoTurn>> + Send>>;

/// A body. It asks for a turn at its end, unless it got none to ask at.
pub struct Coming<B: Unread> {
    body: Option<B>,
    exchange: Arc<Exchange>,
    turns: Option<Arc<Turns>>,
    asked: Option<Turn>,
    pace: Pace,
    /// Whether the client would not see its answer otherwise.
    is_read_on: bool,
}

/// What a body must be to be read on when nobody wants it.
pub trait Unread: Body<Data = Bytes, Error: Into<BoxError> + Send> + Send + Unpin + 'static {}
impl<B: Body<Data = Bytes, Error: Into<BoxError> + Send> + Send + Unpin + 'static> Unread for B {}

/// How long a body was waited for since it last came far enough.
#[derive(Default)]
struct Pace {
    waited: Duration,
    bytes: u64,
    since: Option<Instant>,
    late: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    /// Nothing is there: ready once that has been so for too long.
    fn poll_late(&mut self, patience: Duration, context: &mut Context<'_>) -> Poll<()> {
        let since = *self.since.get_or_insert_with(Instant::now);
        let due = since + patience.saturating_sub(self.waited);
        let late = self.late.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(due)));
        if late.deadline() != due {
            late.as_mut().reset(due);
        }
        late.as_mut().poll(context)
    }

    fn came(&mut self, bytes: u64) {
        self.waited += self.since.take().map_or(Duration::ZERO, |since| since.elapsed());
        self.bytes += bytes;
        if self.bytes >= PACE {
            (self.bytes, self.waited) = (0, Duration::ZERO);
        }
    }
}

impl<B: Unread> Coming<B> {
    /// A body that asks for a turn at its end.
    pub fn new(body: B, exchange: Arc<Exchange>, turns: Option<Arc<Turns>>, is_read_on: bool) -> Self {
        Self { body: Some(body), exchange, turns, asked: None, pace: Pace::default(), is_read_on }
    }

    fn poll_turn(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(turns) = &self.turns else { return Poll::Ready(None) };
        let exchange = &self.exchange;
        let asked = self.asked.get_or_insert_with(|| Box::pin(turns.clone().take(exchange.is_impatient())));
        let turn = ready!(asked.as_mut().poll(context));
        (self.turns, self.asked) = (None, None);
        if let Ok(turn) = turn {
            self.exchange.keep(turn);
            return Poll::Ready(None);
        }
        self.exchange.refused();
        Poll::Ready(Some(Err(BodyEnded::NoTurn.into())))
    }
}

impl<B: Unread> Body for Coming<B> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(body) = &mut self.body else { return self.poll_turn(context) };
        match Pin::new(body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                self.pace.came(bytes as u64);
                self.exchange.works();
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => {
                self.is_read_on = false;
                Poll::Ready(Some(Err(error.into())))
            }
            Poll::Ready(None) => {
                self.body = None;
                self.exchange.works();
                self.poll_turn(context)
            }
            Poll::Pending => {
                self.exchange.waits();
                let patience = self.exchange.watch().patience().body;
                ready!(self.pace.poll_late(patience, context));
                self.is_read_on = false;
                self.exchange.works();
                Poll::Ready(Some(Err(BodyEnded::Slow.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.turns.is_none() && self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl<B: Unread> Drop for Coming<B> {
    fn drop(&mut self) {
        let Some(body) = self.body.take() else { return };
        if !self.is_read_on || body.is_end_stream() {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(read_on(body, self.exchange.clone()));
        }
    }
}

/// Reads what nobody wants, in no more time than a body is given; the exchange goes on meanwhile.
async fn read_on<B: Unread>(mut body: B, exchange: Arc<Exchange>) {
    let all = async {
        let (mut bytes, mut rests_at) = (0, PACE);
        while let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            bytes += frame.data_ref().map_or(0, Bytes::len) as u64;
            if bytes > READ_ON {
                break;
            }
            if bytes >= rests_at {
                rests_at = bytes + PACE;
                tokio::time::sleep(REST).await;
            }
        }
    };
    let _ = tokio::time::timeout(exchange.watch().patience().body, all).await;
}
