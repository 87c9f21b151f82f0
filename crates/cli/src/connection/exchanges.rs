//! What is served over one connection: each request through the router, with a watch on it and in its turn.

use super::coming::{Coming, Unread};
use super::handed::Handed;
use super::turns::Turns;
use super::watch::{Exchange, Watch};
use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, StatusCode, Version, header};
use axum::response::IntoResponse;
use axum::{BoxError, Router};
use http_api::Problem;
use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tower::Service;

/// A connection that was refused rests for so long before it is told: who asks again at once does not keep the service
/// from its work by being refused.
const REST: Duration = Duration::from_millis(100);
/// Addresses that are answered whatever there is to do: those who watch over the service ask them.
const WITHOUT_A_TURN: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// The service of one connection.
#[derive(Clone)]
pub struct Exchanges {
    /// Every route.
    pub router: Router,
    /// The turns of all connections.
    pub turns: Arc<Turns>,
    /// This connection.
    pub watch: Arc<Watch>,
    /// Who is at its other end.
    pub peer: IpAddr,
}

impl<B: Unread> Service<Request<B>> for Exchanges {
    type Response = Response<Handed>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let exchange = Arc::new(self.watch.begin());
        let mut request = request;
        request.extensions_mut().insert(http_api::Peer(self.peer));
        let (router, turns) = (self.router.clone(), self.turns.clone());
        Box::pin(async move {
            let response = answer(router, turns, &exchange, request).await;
            exchange.answered();
            Ok(response.map(|body| Handed::new(body, exchange)))
        })
    }
}

async fn answer<B: Unread>(
    mut router: Router,
    turns: Arc<Turns>,
    exchange: &Arc<Exchange>,
    request: Request<B>,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    // A client that asks first whether to send is told by the answer; over HTTP/2 nothing is in the answer's way.
    let is_http1 = parts.version < Version::HTTP_2;
    let is_read_on = is_http1 && !parts.headers.contains_key(header::EXPECT);
    let is_bodiless = body.is_end_stream();
    let wants_a_turn = !WITHOUT_A_TURN.contains(&parts.uri.path());
    let at_its_end = (wants_a_turn && !is_bodiless).then(|| turns.clone());
    let coming = Coming::new(body, exchange.clone(), at_its_end, is_read_on);
    let has_one = match (wants_a_turn, is_bodiless) {
        (false, _) => true,
        (true, false) => !turns.is_full(),
        (true, true) => turns.take(exchange.is_impatient()).await.map(|turn| exchange.keep(turn)).is_ok(),
    };
    if !has_one {
        exchange.refused();
        exchange.waits();
        tokio::time::sleep(REST).await;
        metrics::counter!("promenade_http_shed_total").increment(1);
        return Problem::no_turn().into_response();
    }
    let request = Request::from_parts(parts, Body::new(coming));
    let Ok(mut response) = router.call(request).await;
    if is_http1 && response.status() == StatusCode::REQUEST_TIMEOUT {
        // What is still to come of the request would be taken for the next one.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Errors of a connection are its peer's; they are told to whoever looks for them.
pub fn ended(outcome: Result<(), BoxError>) {
    if let Err(error) = outcome {
        tracing::debug!(error = %error, "a connection broke off");
    }
}
