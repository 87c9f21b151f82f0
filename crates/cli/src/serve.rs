//! `promenade serve`: store, engine, relay and API, wired and stopped in order.

use crate::args::ServeArgs;
use crate::config::Config;
use crate::say::say;
use crate::{chance, connection, demo, key_file, posts, private, store, telemetry};
use anyhow::Context;
use engine::{Engine, EngineClock, Platform};
use http_api::{ApiKey, ApiState, Edge, KeptIn, KeyRing};
use metrics_exporter_prometheus::PrometheusBuilder;
use outbox::Outbox;
use port::{Changes, Page, Store};
use relay::{AddressGuard, GuardPolicy, Senders, WebhookClient, Worker};
use rustix::process::Signal;
use std::io;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpSocket;
use tokio::signal::unix::SignalKind;
use tokio::sync::watch;

/// How long requests and deliveries in progress may take when the service stops: all of it ends
/// within ten seconds.
const DRAIN: Duration = Duration::from_secs(8);
/// How long work on other threads, such as a look-up of a name, is waited for after that.
const REST: Duration = Duration::from_millis(500);
/// How long imports are waited for, which stop at their next batch.
const IMPORTS: Duration = Duration::from_secs(1);
/// Connections that wait to be taken; the system has a limit of its own.
const BACKLOG: u32 = 4_096;
/// How often the file of keys is looked at.
const KEYS_POLL: Duration = Duration::from_secs(2);

/// Serves until it is told to stop.
pub fn run(args: ServeArgs) -> anyhow::Result<()> {
    let config = Config::load(&args)?;
    let _logging = telemetry::start(&config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(serve(config));
    runtime.shutdown_timeout(REST);
    outcome
}

async fn serve(config: Config) -> anyhow::Result<()> {
    // A limit of a file's size is met like a full disk, not by the end of the process: whoever takes the signal lives on.
    let _too_large = tokio::signal::unix::signal(SignalKind::from_raw(Signal::XFSZ.as_raw()));
    refuse_published_key(&config).await?;
    // What may be wrong with settings, before anything is made.
    store::refuse_foreign(config.store())?;
    let (guard, zone, terms) = (guard(&config)?, config.platform_zone()?, config.terms()?);
    let shop_slots = config.webhook_shop_slots()?;
    let posts = posts::of(&config)?;
    let unheard = || format!("cannot listen on {}", config.listen);
    let listening = bind(&config.listen).await.with_context(unheard)?;
    let keys = watched_keys(&config)?;
    let mut opened = store::open(config.store())?;
    keep_apart(&mut *opened, config.sandbox)?;
    let clock =
        if config.sandbox { EngineClock::sandbox_of(&*opened.reader())? } else { EngineClock::system() };
    warn_of_open_files(&config);
    let platform = Platform { zone, needs_contact: posts.needs_contact() };
    let engine = Engine::start_on(opened, clock, platform)?;
    let (stop, stopped) = watch::channel(false);
    let outbox = Arc::new(posts.outbox(&engine));
    let worker = relay_worker(posts.senders.clone(), outbox.clone(), &engine, guard.clone(), shop_slots)?;
    let relay_stop = stopped.clone();
    let relay = tokio::spawn(async move { worker.run(relay_stop).await });
    tokio::spawn(posts::ask(outbox, posts.senders.clone(), stopped.clone()));
    let state = ApiState::new(engine.clone(), keys, edge(guard)?);
    let state = state.with_contacts(posts.contacts).with_callbacks(posts.callbacks);
    let state = bounded(state, &config)?;
    let fetching = tokio::spawn(posts::fetch(state.clone(), posts.senders.clone(), stopped.clone()));
    let imports = state.imports.clone();
    let (mut told, stops) = (stopped.clone(), imports.clone());
    tokio::spawn(async move {
        let _ = told.wait_for(|stop| *stop).await;
        stops.stop(Duration::ZERO);
    });
    let listener = listening.listen(BACKLOG)?;
    let address = listener.local_addr()?;
    if config.demo {
        demo::greet(address, posts.sms_file.as_deref());
    }
    let terms = terms.within_files();
    tokio::spawn(told_to_stop(stop));
    if let Err(error) = say(&format!("listening on http://{address}\n")) {
        tracing::warn!(error = format!("{error:#}"), %address, "nobody can be told where it listens");
    }
    if config.demo {
        tokio::spawn(demo::run(engine.clone(), address, stopped.clone()));
    }
    let serving = connection::serve(listener, http_api::router(state), terms, stopped.clone());
    let finished = async {
        serving.await;
        let _ = relay.await;
        let _ = fetching.await;
    };
    let mut draining = stopped.clone();
    tokio::select! {
        () = finished => {}
        error = writer_gone(&engine) => return Err(error),
        // What the relay has not settled by then is attempted again by the next process.
        () = drained(&mut draining) => tracing::warn!("some requests or deliveries did not end in time"),
    }
    let stopping = move || {
        imports.stop(IMPORTS);
        engine.stop();
    };
    tokio::task::spawn_blocking(stopping).await?;
    Ok(())
}

/// With the limits of the settings, and a folder for what is imported.
fn bounded(state: ApiState, config: &Config) -> anyhow::Result<ApiState> {
    let rate = NonZeroU32::new(config.requests_a_key);
    let state = state.with_rate(rate).hiding_metrics(config.metrics_need_key);
    match store::uploads(config.store()) {
        Some(folder) => Ok(state.keeping_imports(KeptIn { folder, upload_bytes: None })?),
        None => Ok(state),
    }
}

/// The keys in force, kept up with their file.
fn watched_keys(config: &Config) -> anyhow::Result<Arc<KeyRing>> {
    let keys = Arc::new(KeyRing::default());
    watch_keys(config, keys.clone())?;
    Ok(keys)
}

/// A sandbox without a file of keys takes one that stands in the manual: not where others reach it, unless it is said.
async fn refuse_published_key(config: &Config) -> anyhow::Result<()> {
    if !config.takes_published_key() || config.allow_published_key {
        return Ok(());
    }
    // What cannot be resolved cannot be listened on either, which is said there.
    let addresses = tokio::net::lookup_host(&config.listen).await.into_iter().flatten();
    let others_reach = addresses.map(|address| address.ip().to_canonical()).find(|ip| !ip.is_loopback());
    anyhow::ensure!(
        others_reach.is_none(),
        "others reach {}, and a sandbox without --keys accepts the key `sandbox`, which everybody knows: name a file of \
        keys with --keys, listen on 127.0.0.1, or say --allow-published-key",
        config.listen
    );
    Ok(())
}

/// Files of before, or that somebody copied here, may be read by others of this machine.
fn warn_of_open_files(config: &Config) {
    let mut files = vec![keys_of(config)];
    if let Ok(file) = store::sqlite_file(config.store()) {
        let beside = ["-wal", "-shm", "-mark"].map(|suffix| private::beside(&file, suffix));
        files.extend(beside.into_iter().chain(store::uploads(config.store())).chain([file]));
    }
    files.extend(config.messages.strip_prefix("jsonl:").map(PathBuf::from));
    files.extend(config.messages_config.clone());
    files.extend(config.contact_keys.clone());
    for (file, mode) in private::open_to_others(&files) {
        let mode = format!("{mode:04o}");
        tracing::warn!(file = %file.display(), mode, "others of this machine may read this file; chmod go= it");
    }
}

fn keys_of(config: &Config) -> PathBuf {
    config.keys.clone().unwrap_or_else(|| PathBuf::from("promenade-keys.json"))
}

/// A sandbox and a real shop never share a store: a clock that jumps would cancel real orders.
pub fn keep_apart(store: &mut dyn Store, sandbox: bool) -> anyhow::Result<()> {
    let reader = store.reader();
    let was_sandbox = reader.sandbox_clock()?.is_some();
    let one = Page { after: None, limit: 1 };
    let is_new = !was_sandbox && reader.shops(&one)?.is_empty();
    anyhow::ensure!(
        sandbox || !was_sandbox,
        "this store is a sandbox; serve it with --sandbox, or name another store"
    );
    anyhow::ensure!(
        !sandbox || was_sandbox || is_new,
        "this store has real shops; a sandbox needs a store of its own"
    );
    if sandbox && is_new {
        let mark = Changes { sandbox_clock: Some(engine::SANDBOX_UNSET), ..Changes::default() };
        store.transact(&mut |tx| tx.write(&mark))?;
    }
    Ok(())
}

/// Waits for the writer's end, which nobody asked for: it is told to stop when all else has.
async fn writer_gone(engine: &Engine) -> anyhow::Error {
    engine.ended().await;
    tracing::error!("the writer has stopped; the service ends");
    anyhow::anyhow!(
        "the writer has stopped by a mistake of ours: what was acknowledged is stored; start the service again"
    )
}

async fn drained(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
    tokio::time::sleep(DRAIN).await;
}

async fn told_to_stop(stop: watch::Sender<bool>) {
    let interrupted = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
        }
        Err(_) => drop(interrupted.await),
    }
    tracing::info!("stopping: finishing what is in progress");
    let _ = stop.send(true);
}

fn guard(config: &Config) -> anyhow::Result<AddressGuard> {
    let mut policy = GuardPolicy { allow_http: config.webhook_allow_http, ..GuardPolicy::default() };
    for entry in &config.webhook_allow {
        policy = policy.allow(entry).with_context(|| format!("webhook_allow {entry}"))?;
    }
    Ok(AddressGuard::new(policy))
}

/// Takes the address, without answering there yet: a name can stand for several, and the first that is free is taken.
async fn bind(listen: &str) -> io::Result<TcpSocket> {
    let mut failed = io::Error::new(io::ErrorKind::InvalidInput, "no such address");
    for address in tokio::net::lookup_host(listen).await? {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        match socket.bind(address) {
            Ok(()) => return Ok(socket),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

fn relay_worker(
    senders: Senders,
    outbox: Arc<Outbox>,
    engine: &Engine,
    guard: AddressGuard,
    shop_slots: usize,
) -> anyhow::Result<Worker> {
    let client = WebhookClient::try_new(guard)?;
    let worker = Worker::with_shop_slots(outbox, client, senders, posts::clock(), shop_slots);
    let (published, waker) = (engine.published(), worker.waker());
    tokio::spawn(async move {
        loop {
            published.notified().await;
            waker.notify_one();
        }
    });
    Ok(worker)
}

fn edge(guard: AddressGuard) -> anyhow::Result<Edge> {
    let metrics = PrometheusBuilder::new().install_recorder().context("metrics cannot be recorded")?;
    let upkeep = metrics.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            upkeep.run_upkeep();
        }
    });
    let check_webhook_url = Arc::new(move |url: &str| {
        guard.check_url_syntax(url).map(drop).map_err(|error| (error.code(), error.to_string()))
    });
    Ok(Edge { random: chance::random, check_webhook_url, metrics: Some(metrics) })
}

/// Puts the keys in force and follows changes of their file.
fn watch_keys(config: &Config, ring: Arc<KeyRing>) -> anyhow::Result<()> {
    if config.takes_published_key() {
        ring.replace(vec![ApiKey::sandbox(), ApiKey::second_of_sandbox()]);
        return Ok(());
    }
    let file = keys_of(config);
    let mut seen = key_file::content(&file)?;
    let keys = key_file::parse(&file, seen.as_deref())?;
    if keys.iter().all(ApiKey::is_revoked) {
        tracing::warn!(file = %file.display(), "no API keys yet: make one with `promenade keys create --name NAME`");
    }
    ring.replace(keys);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(KEYS_POLL).await;
            // By what it says: a time of change may stay the same, or be set.
            let keys = match key_file::content(&file) {
                Ok(now) if now == seen => continue,
                Ok(now) => {
                    if now.is_none() {
                        tracing::warn!(file = %file.display(), "the file of keys is gone: no key is accepted until it is back");
                    }
                    let keys = key_file::parse(&file, now.as_deref());
                    seen = now;
                    keys
                }
                Err(error) => Err(error),
            };
            match keys {
                Ok(keys) => ring.replace(keys),
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "the keys stay as they were");
                }
            }
        }
    });
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use domain::Instant;
    use port::{Reader, StoreError, Timer, Work, Writers};
    use store_memory::MemoryStore;

    /// Its first change is a mistake of ours.
    struct Mistaken(MemoryStore);

    impl Store for Mistaken {
        fn writers(&self) -> Writers {
            self.0.writers()
        }
        fn transact(&mut self, _: Work<'_>) -> Result<(), StoreError> {
            panic!("a mistake of ours")
        }
        fn due_timers(&mut self, until: Instant, limit: usize) -> Result<Vec<Timer>, StoreError> {
            self.0.due_timers(until, limit)
        }
        fn next_due(&mut self) -> Result<Option<Instant>, StoreError> {
            self.0.next_due()
        }
        fn reader(&self) -> Arc<dyn Reader> {
            self.0.reader()
        }
    }

    /// A service whose writer has gone answers nothing but errors: it ends, so that it is started again.
    #[tokio::test]
    async fn a_writer_that_is_gone_ends_the_service() {
        let store = MemoryStore::new();
        let clock = EngineClock::sandbox_of(&*store.reader()).unwrap();
        let engine = Engine::start(Box::new(Mistaken(store)), clock).unwrap();
        let to = Instant::from_micros(engine::SANDBOX_UNSET.micros() + 1);
        engine.advance(to).await.unwrap_err();
        let said = writer_gone(&engine).await.to_string();
        assert!(said.contains("start the service again"), "{said}");
    }
}
