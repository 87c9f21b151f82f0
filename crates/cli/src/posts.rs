//! How messages leave: who carries each channel, what contacts are opened with, how providers call back.

use crate::config::Config;
use crate::{chance, key_file, messages};
use anyhow::Context;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use contacts::{Keys, Owner, What};
use domain::{
    ShopId,
    message::{Channel, Message, addressee::Sealed},
};
use engine::{
    Engine,
    clock::{Clock, SystemClock},
};
use http_api::{ApiState, CallbackCaller, Callbacks};
use outbox::{Carrier, Opener, Outbox};
use relay::message::settings::MessagesSettings;
use relay::message::{callback, settings};
use relay::{BoxFuture, HttpSender, JsonLinesSender, MessageSender, Pulls, Senders, SigningSecret};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often it is looked whether anything is to be asked after.
const ASKING: Duration = Duration::from_secs(20);
/// Messages that are asked after at once.
const QUESTIONS: usize = 100;

/// How messages leave.
pub struct Posts {
    /// Who takes them.
    pub senders: Senders,
    /// What contacts are sealed with.
    pub contacts: Option<Arc<Keys>>,
    /// How providers call back.
    pub callbacks: Option<Callbacks>,
    /// The file that SMS go to, where they go to one.
    pub sms_file: Option<PathBuf>,
    carriers: Vec<(Channel, Carrier)>,
}

/// The relay's clock: the machine's.
pub fn clock() -> relay::Clock {
    let system = SystemClock::default();
    Arc::new(move || system.now().micros())
}

/// What is wrong with the files of providers and keys is said before any file of messages is made.
pub fn of(config: &Config) -> anyhow::Result<Posts> {
    let settings = config.messages_config.as_deref().map(messages::settings).transpose()?;
    let contacts = config.contact_keys.as_deref().map(contact_keys).transpose()?;
    let callbacks = settings.as_ref().map(callbacks_of).transpose()?.flatten();
    let carriers = settings.as_ref().map(carriers_of).unwrap_or_default();
    let needs_contacts = carriers.iter().any(|(_, carrier)| carrier.needs_contacts());
    anyhow::ensure!(
        contacts.is_some() || !needs_contacts,
        "a carrier of {} needs customers' contacts: name a file of keys with --contact-keys (make one with \
        `promenade messages new-contact-key FILE`)",
        config.messages_config.as_deref().unwrap_or(Path::new("")).display()
    );
    let own = settings.as_ref().and_then(|settings| settings.channels.get("sms"));
    let sms_file = match own {
        Some(settings::Carrier::JsonLines(own)) => Some(own.file.clone()),
        Some(_) => None,
        None => config.messages.strip_prefix("jsonl:").map(PathBuf::from),
    };
    let default = message_sender(config)?;
    let senders = match settings {
        None => Senders::new(default),
        Some(settings) => settings.senders(default, &relay::system_clock(), &chance::nonce())?,
    };
    Ok(Posts { senders, contacts, callbacks, sms_file, carriers })
}

impl Posts {
    /// Channels by which nobody is reached whose contact is not known.
    pub fn needs_contact(&self) -> Vec<Channel> {
        let needing = self.carriers.iter().filter(|(_, carrier)| carrier.needs_contacts());
        needing.map(|(channel, _)| *channel).collect()
    }

    /// The outbox of an engine.
    pub fn outbox(&self, engine: &Engine) -> Outbox {
        let outbox = Outbox::new(engine.clone(), clock());
        let outbox = match self.contacts.clone() {
            Some(keys) => outbox.with_opener(Arc::new(Sealing(keys))),
            None => outbox,
        };
        self.carriers
            .iter()
            .fold(outbox, |outbox, (channel, carrier)| outbox.with_carrier(*channel, *carrier))
    }
}

/// Asks now and then what became of messages of which nobody knows, until the service stops.
pub async fn ask(outbox: Arc<Outbox>, senders: Senders, mut stopped: watch::Receiver<bool>) {
    loop {
        match relay::ask_all(&*outbox, &senders, QUESTIONS).await {
            // There may be more.
            Ok(QUESTIONS..) => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(error, "messages of which nobody knows cannot be asked after"),
        }
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(ASKING) => {}
        }
    }
}

/// Where reports go that were fetched of a provider: where those go that it pushes.
struct Fetched(ApiState);

impl relay::Reports for Fetched {
    fn store(&self, reports: relay::pull::Pulled) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            let told = callback::Told { reports, replies: Vec::new() };
            let heard = http_api::store_told(&self.0, told).await;
            heard.map(drop).map_err(|problem| problem.code.into_owned())
        })
    }
}

/// Fetches now and then the delivery reports that providers keep until they are asked for them, until the service stops.
/// What was fetched is stored before it ends: nobody gets it again.
pub async fn fetch(state: ApiState, senders: Senders, mut stopped: watch::Receiver<bool>) {
    let (mut pulls, fetched) = (Pulls::new(senders, clock()), Fetched(state));
    loop {
        match pulls.turn(&fetched).await {
            // There may be more.
            Ok(1..) if !*stopped.borrow() => continue,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(error, "delivery reports that were fetched cannot be stored; they are kept");
            }
        }
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(ASKING) => {}
        }
    }
}

fn contact_keys(file: &Path) -> anyhow::Result<Arc<Keys>> {
    let name = file.display();
    let bytes = key_file::content(file)?;
    let bytes = bytes.with_context(|| {
        format!("there is no file {name}; make one with `promenade messages new-contact-key {name}`")
    })?;
    Keys::of_file(&bytes).map(Arc::new).with_context(|| format!("{name} is no file of contact keys"))
}

/// Contacts, opened.
struct Sealing(Arc<Keys>);

impl Opener for Sealing {
    fn open(&self, shop: &ShopId, message: &Message, sealed: &Sealed) -> Option<String> {
        let owner = Owner { shop: shop.as_str(), customer: message.customer_id.as_str() };
        let what = match message.channel {
            Channel::Sms => What::Phone,
            Channel::Wechat => What::OpenId,
            Channel::Push => return None,
        };
        let bytes = STANDARD.decode(&sealed.sealed).ok()?;
        match self.0.open(owner, what, &bytes) {
            Ok(text) => Some(text.to_string()),
            Err(error) => {
                tracing::error!(%error, shop_id = %shop, message_id = %message.message_id, "a contact cannot be opened");
                None
            }
        }
    }
}

fn carriers_of(settings: &MessagesSettings) -> Vec<(Channel, Carrier)> {
    let carrier = |(name, carrier): (&String, &settings::Carrier)| {
        let carrier = match carrier.provider() {
            "aliyun" | "tencent" | "wechat" => Carrier::NeedsContacts,
            "http" => Carrier::TakesContacts,
            _ => return None,
        };
        Some((Channel::parse(name)?, carrier))
    };
    settings.channels.iter().filter_map(carrier).collect()
}

/// Who carries SMS calls back.
fn callbacks_of(settings: &MessagesSettings) -> anyhow::Result<Option<Callbacks>> {
    let Some(told) = &settings.callbacks else { return Ok(None) };
    let caller = match settings.channels.get("sms") {
        Some(carrier) if carrier.provider() == "aliyun" => CallbackCaller::Aliyun,
        Some(carrier) if carrier.provider() == "tencent" => CallbackCaller::Tencent,
        Some(settings::Carrier::Http(http)) => {
            let secret =
                http.secret.as_ref().context("callbacks have to be signed: channel.sms needs a secret")?;
            let secret =
                SigningSecret::parse(secret.expose()).context("channel.sms.secret is no whsec_ secret")?;
            CallbackCaller::Signed { secrets: vec![secret], charges_failed: http.charges_failed() }
        }
        Some(_) | None => anyhow::bail!("callbacks need a carrier of SMS that calls back: see [channel.sms]"),
    };
    Ok(Some(Callbacks {
        secret: told.secret.clone(),
        caller,
        allow: allowed(told),
        taken: callback::Taken::default(),
    }))
}

fn allowed(told: &settings::Callbacks) -> Vec<ipnet::IpNet> {
    told.allow.iter().map(|network| network.0).collect()
}

fn message_sender(config: &Config) -> anyhow::Result<Arc<dyn MessageSender>> {
    Ok(match config.messages.strip_prefix("jsonl:") {
        Some(file) => Arc::new(
            JsonLinesSender::open(file).with_context(|| format!("messages cannot be written to {file}"))?,
        ),
        None => Arc::new(
            HttpSender::try_new(&config.messages).context("messages is jsonl:FILE or an http address")?,
        ),
    })
}
