//! The body of an answer, as it is handed to the peer: each piece has a while to be taken ([`super::watch`]).

use super::watch::Exchange;
use axum::body::{Body as Answer, Bytes};
use http_body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// An answer's body, with the exchange that ends when it is through.
pub struct Handed {
    body: Answer,
    exchange: Arc<Exchange>,
}

impl Handed {
    /// The body of that exchange's answer.
    pub fn new(body: Answer, exchange: Arc<Exchange>) -> Self {
        Self { body, exchange }
    }
}

impl Body for Handed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        // It asks for more: what it had was taken.
        self.exchange.works();
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.exchange.hands(frame.data_ref().map_or(0, Bytes::len));
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
