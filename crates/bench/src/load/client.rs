//! The child's side: connections in a closed loop or at a rate, on one thread, and their figures on standard output.

use std::{
    borrow::Cow,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};

use super::{
    LoadPlan, LoadRun, NUMBER,
    connection::{Connection, prepare},
    read_requests,
};
use crate::{closed_loop::client_runtime, latency::LatencyRecorder};

/// A request whose time came so long ago is not sent any more: who asked has gone.
const IMPATIENCE: Duration = Duration::from_secs(1);

/// Runs the plan and prints a [`LoadRun`] as JSON.
pub fn run(plan: &LoadPlan) -> Result<()> {
    let requests = read_requests(&plan.requests)?
        .iter()
        .map(|request| prepare(request, plan.address, &plan.headers))
        .collect();
    let run = client_runtime()?.block_on(drive(plan, requests))?;
    println!("{}", serde_json::to_string(&run)?);
    Ok(())
}

async fn drive(plan: &LoadPlan, requests: Vec<Vec<u8>>) -> Result<LoadRun> {
    let warm_up = if plan.once { Duration::ZERO } else { Duration::from_secs_f64(plan.warm_up_seconds) };
    let measure_from = Instant::now() + warm_up;
    let shared = Arc::new(Shared {
        address: plan.address,
        requests,
        once: plan.once,
        rate: plan.rate,
        number_from: plan.number_from,
        started: Instant::now(),
        next: AtomicUsize::new(0),
        measure_from,
        until: measure_from + Duration::from_secs_f64(plan.seconds),
        tally: Mutex::default(),
    });
    let connections: Vec<_> =
        (0..plan.connections).map(|_| tokio::spawn(keep_sending(Arc::clone(&shared)))).collect();
    for connection in connections {
        connection.await.context("a connection panicked")??;
    }
    let tally = shared.tally();
    Ok(LoadRun {
        requests: tally.successes,
        errors: tally.errors,
        unsent: tally.unsent,
        first_error: tally.first_error.clone(),
        seconds: measure_from.elapsed().as_secs_f64(),
        latency: tally.recorder.percentiles(),
    })
}

struct Shared {
    address: SocketAddr,
    requests: Vec<Vec<u8>>,
    once: bool,
    rate: Option<f64>,
    number_from: Option<u64>,
    started: Instant,
    next: AtomicUsize,
    measure_from: Instant,
    until: Instant,
    tally: Mutex<Tally>,
}

#[derive(Default)]
struct Tally {
    successes: u64,
    errors: u64,
    unsent: u64,
    first_error: Option<String>,
    recorder: LatencyRecorder,
}

impl Shared {
    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next request to send and the moment that is its own, or none when time or, if each is sent once, requests
    /// are up.
    fn next_request(&self, now: Instant) -> Option<(Cow<'_, [u8]>, Instant)> {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let due = self.rate.map(|rate| self.started + Duration::from_secs_f64(number as f64 / rate));
            let moment = due.unwrap_or(now);
            if moment >= self.until || now >= self.until || (self.once && number >= self.requests.len()) {
                return None;
            }
            if now.saturating_duration_since(moment) > IMPATIENCE {
                self.tally().unsent += u64::from(moment >= self.measure_from);
                continue;
            }
            let request = self.requests[number % self.requests.len()].as_slice();
            return Some((self.numbered(request, number), moment));
        }
    }

    /// The request with its own number, which is as long as what it stands for.
    fn numbered<'a>(&self, request: &'a [u8], number: usize) -> Cow<'a, [u8]> {
        let Some(from) = self.number_from else { return Cow::Borrowed(request) };
        let place = request.windows(NUMBER.len()).rposition(|window| window == NUMBER);
        let Some(place) = place else { return Cow::Borrowed(request) };
        let mut request = request.to_vec();
        let number = format!("{:0width$}", from + number as u64, width = NUMBER.len());
        request[place..place + NUMBER.len()].copy_from_slice(&number.as_bytes()[..NUMBER.len()]);
        Cow::Owned(request)
    }

    fn succeeded(&self, sent: Instant) {
        let mut tally = self.tally();
        tally.successes += 1;
        tally.recorder.record(sent.elapsed());
    }

    fn failed(&self, reason: impl FnOnce() -> String) {
        let mut tally = self.tally();
        tally.errors += 1;
        tally.first_error.get_or_insert_with(reason);
    }
}

/// One connection, opened anew after it breaks. Requests sent while warming up are not counted.
async fn keep_sending(shared: Arc<Shared>) -> Result<()> {
    let mut connection = Connection::open(shared.address).await?;
    loop {
        let Some((request, sent)) = shared.next_request(Instant::now()) else {
            return Ok(());
        };
        // A timer for what is due already would wait for its next tick.
        if sent > Instant::now() {
            tokio::time::sleep_until(sent.into()).await;
        }
        let counts = sent >= shared.measure_from;
        match connection.exchange(&request).await {
            Ok(_) if !counts => {}
            Ok(answer) if answer.is_success() => shared.succeeded(sent),
            Ok(answer) => shared.failed(|| answer.quote()),
            Err(error) => {
                shared.failed(|| format!("{error:#}"));
                connection = Connection::open(shared.address).await?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        floors::http_echo::{Echo, PATH},
        load::Request,
        samples::cart,
    };

    #[test]
    fn each_request_is_sent_once_and_wrong_answers_are_errors() -> Result<()> {
        let echo = Echo::start(1)?;
        let plan =
            LoadPlan { connections: 4, once: true, ..LoadPlan::new(echo.address(), "unused".as_ref(), 60.0) };
        let request = |path: &str, body: String| {
            let request = Request { path: path.into(), body };
            prepare(&request, plan.address, &[])
        };
        let mut requests: Vec<_> = (0..50).map(|n| request(PATH, cart(n))).collect();
        requests.push(request("/absent", "{}".into()));
        let run = client_runtime()?.block_on(drive(&plan, requests))?;
        assert_eq!((run.requests, run.errors), (50, 1));
        let quoted = run.first_error.context("the error is quoted")?;
        assert!(quoted.starts_with("HTTP/1.1 404"), "{quoted}");
        Ok(())
    }
}
