//! Our relay on a file and real sockets: how long another shop's webhook takes while receivers are slow or silent.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
    time::{Duration, Instant as Stopwatch},
};

use anyhow::{Context as _, Result, ensure};
use axum::{Router, http::StatusCode, routing::post};
use domain::{
    CampaignId, ShopId, WebhookId,
    shop::{Shop, ShopKind},
};
use engine::{
    Command,
    clock::{Clock as _, SystemClock},
};
use outbox::Outbox;
use port::{Changes, OutboxRow, Store as _, Webhook};
use relay::{AddressGuard, GuardPolicy, JsonLinesSender, Senders, WebhookClient, Worker};
use store_sqlite::SqliteStore;
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
};

use crate::ours::{self, Ours};

/// How long the slow receiver takes for each delivery.
const SLOW: Duration = Duration::from_millis(200);
/// How long the other shop's webhook is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// What waits at the receivers of a shop before the other shop has something to say.
#[derive(Debug, Clone, Copy)]
pub enum Others {
    /// Nothing.
    Nobody,
    /// So many deliveries for one receiver that takes 200 ms for each.
    Slow(usize),
    /// So many receivers that never answer, with a hundred deliveries each.
    Silent(usize),
}

/// Milliseconds from the decision that is told until the other shop's receiver has heard.
pub fn until_heard(folder: &Path, others: Others) -> Result<f64> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (heard, mut arrivals) = mpsc::channel(16);
    let (taking, mut begun) = mpsc::channel(16);
    let address = runtime.block_on(receivers(heard, taking))?;
    fill(folder, address, others)?;
    let ours = Ours::create(folder)?;
    ours.submit(Command::PutWebhook(Box::new(webhook("heard", format!("http://{address}/heard"))?)))?;
    let (stop, stopped) = watch::channel(false);
    let worker = worker(&ours)?;
    let (published, waker) = (ours.engine.published(), worker.waker());
    runtime.spawn(async move {
        loop {
            published.notified().await;
            waker.notify_one();
        }
    });
    let running = runtime.spawn(async move { worker.run(stopped).await });
    // Whatever waits is under way before the clock starts.
    let under_way = match others {
        Others::Nobody => 0,
        Others::Slow(_) => 1,
        Others::Silent(_) => relay::worker::SHOP_SLOTS,
    };
    for _ in 0..under_way {
        runtime.block_on(begun.recv()).context("the receivers are gone")?;
    }
    let started = Stopwatch::now();
    ours.submit(Command::CloseCampaign {
        campaign_id: CampaignId::try_new(ours::CAMPAIGN)?,
        closing: engine::Closing::Asked,
    })?;
    let came = runtime.block_on(async { tokio::time::timeout(PATIENCE, arrivals.recv()).await });
    let millis = started.elapsed().as_secs_f64() * 1_000.0;
    ensure!(matches!(came, Ok(Some(()))), "the other shop's webhook did not come within {PATIENCE:?}");
    let _ = stop.send(true);
    running.abort();
    ours.engine.stop();
    runtime.shutdown_background();
    Ok(millis)
}

async fn receivers(heard: mpsc::Sender<()>, taking: mpsc::Sender<()>) -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let silent = taking.clone();
    let routes = Router::new()
        .route(
            "/heard",
            post(move || async move {
                let _ = heard.send(()).await;
                StatusCode::NO_CONTENT
            }),
        )
        .route(
            "/slow/{*which}",
            post(move || async move {
                let _ = taking.try_send(());
                tokio::time::sleep(SLOW).await;
                StatusCode::NO_CONTENT
            }),
        )
        .route(
            "/silent/{*which}",
            post(move || async move {
                let _ = silent.try_send(());
                std::future::pending::<StatusCode>().await
            }),
        );
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(address)
}

/// A shop whose receivers have so much waiting before our engine starts.
fn fill(folder: &Path, address: SocketAddr, others: Others) -> Result<()> {
    let (kind, receivers, each) = match others {
        Others::Nobody => return Ok(()),
        Others::Slow(waiting) => ("slow", 1, waiting),
        Others::Silent(receivers) => ("silent", receivers, 100),
    };
    let shop = ShopId::try_new("others")?;
    let hooks = (0..receivers).map(|number| {
        let url = format!("http://{address}/{kind}/{number}");
        Ok((shop.clone(), webhook(&format!("w{number}"), url)?))
    });
    let webhooks = hooks.collect::<Result<Vec<(ShopId, Webhook)>>>()?;
    let names: Vec<WebhookId> = webhooks.iter().map(|(_, hook)| hook.webhook_id.clone()).collect();
    let outbox = (0..each).map(|number| OutboxRow {
        event_id: format!("ev_{number:06}"),
        shop_id: shop.clone(),
        event_type: "coupon.claimed".into(),
        subject: "o1".into(),
        at: SystemClock::default().now(),
        body: "{}".into(),
        receivers: names.clone(),
    });
    let changes = Changes {
        shops: vec![Arc::new(Shop::with_defaults(shop.clone(), "Others", ShopKind::Sop))],
        webhooks,
        outbox: outbox.collect(),
        ..Changes::default()
    };
    let mut store = SqliteStore::open(&Ours::file(folder))?;
    store.transact(&mut |tx| tx.write(&changes))?;
    Ok(())
}

fn webhook(id: &str, url: String) -> Result<Webhook> {
    Ok(Webhook {
        webhook_id: WebhookId::try_new(id)?,
        url,
        types: Vec::new(),
        secrets: vec!["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()],
        created_at: ours::opening(),
        old_until: None,
    })
}

/// The relay of `promenade serve`, woken by the engine's commits as there, and let out to this machine.
fn worker(ours: &Ours) -> Result<Worker> {
    let system = SystemClock::default();
    let clock: relay::Clock = Arc::new(move || system.now().micros());
    let policy =
        GuardPolicy { allow_http: true, ports: None, ..GuardPolicy::default() }.allow("127.0.0.1")?;
    let client = WebhookClient::try_new(AddressGuard::new(policy))?;
    let senders = Senders::new(Arc::new(JsonLinesSender::new("/nonexistent/messages")));
    let queue = Arc::new(Outbox::new(ours.engine.clone(), clock.clone()));
    Ok(Worker::new(queue, client, senders, clock))
}
