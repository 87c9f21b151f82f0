//! E-mail by SMTP: alerts to merchants.
//!
//! A connection for each message, so that it is known how far a failure came: before the message was handed over it is
//! later, after that nobody knows, and a server's own answer is always a word (4xx later, 5xx no).

mod codes;

use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use serde::Deserialize;
use tokio::time::timeout;

pub use codes::TABLE;

use super::digest::sha256_hex;
use super::exchange::SEND_LIMIT;
use super::fan_out::fan_out_messages;
use super::outcome::{Window, said};
use super::secret::Secret;
use super::{Class, MessageSender, OutgoingMessage, Person, SendOutcome};
use crate::{BoxFuture, tls};

/// How the connection is kept from others' eyes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// From the first byte, usually at port 465.
    #[default]
    Tls,
    /// After the greeting, and never without it; usually at port 587.
    Starttls,
    /// Not at all: on this machine only.
    None,
}

/// How the mail server is reached.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpSettings {
    /// Its name, as its certificate has it.
    pub host: String,
    /// Its port; 465 without one, 587 with `starttls`.
    pub port: Option<u16>,
    /// `tls`, `starttls`, or `none` on this machine.
    #[serde(default)]
    pub encryption: Encryption,
    /// Who we are there; nobody without one.
    pub user: Option<String>,
    /// The password of that.
    pub password: Option<Secret>,
    /// From whom mail is, such as `小店 <alerts@example.com>`.
    pub from: String,
    /// The subject of mail that has none of its own.
    #[serde(default = "default_subject")]
    pub subject: String,
}

fn default_subject() -> String {
    "Promenade".to_owned()
}

/// Why a mail server cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// Not a mailbox.
    #[error("from is not an address such as Shop <alerts@example.com>")]
    From,
    /// One without the other.
    #[error("user and password come together")]
    Login,
    /// A password would go over the network as plain text.
    #[error("encryption none is for this machine alone")]
    Plain,
    /// TLS could not be set up.
    #[error("TLS could not be set up")]
    Tls,
}

impl SmtpError {
    /// The setting that is to be mended.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::From => "from",
            Self::Login => "password",
            Self::Plain => "encryption",
            Self::Tls => "host",
        }
    }
}

/// Sends e-mail.
#[derive(Clone)]
pub struct SmtpSender {
    settings: SmtpSettings,
    from: Mailbox,
    /// `None` where nothing is encrypted.
    tls: Option<TlsParameters>,
    limit: Duration,
}

impl SmtpSender {
    /// A sender; it asks nothing yet.
    pub fn try_new(settings: SmtpSettings) -> Result<Self, SmtpError> {
        let from = settings.from.parse().map_err(|_| SmtpError::From)?;
        if settings.user.is_some() != settings.password.is_some() {
            return Err(SmtpError::Login);
        }
        let is_local = matches!(settings.host.as_str(), "127.0.0.1" | "::1" | "localhost");
        let tls = match settings.encryption {
            Encryption::None if is_local => None,
            Encryption::None => return Err(SmtpError::Plain),
            Encryption::Tls | Encryption::Starttls => Some(parameters(&settings.host)?),
        };
        Ok(Self { settings, from, tls, limit: SEND_LIMIT })
    }

    /// The same with another limit for a message than 15 seconds, half of it for the connection.
    pub fn with_limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    fn port(&self) -> u16 {
        let usual = match self.settings.encryption {
            Encryption::Tls => 465,
            Encryption::Starttls => 587,
            Encryption::None => 25,
        };
        self.settings.port.unwrap_or(usual)
    }

    /// A connection that is greeted, encrypted and logged in.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let hello = ClientId::default();
        let server = (self.settings.host.as_str(), self.port());
        let (at_once, after) = match self.settings.encryption {
            Encryption::Tls => (self.tls.clone(), None),
            Encryption::Starttls => (None, self.tls.clone()),
            Encryption::None => (None, None),
        };
        let mut connection = AsyncSmtpConnection::connect_tokio1(server, None, &hello, at_once, None).await?;
        if let Some(after) = after {
            connection.starttls(after, &hello).await?;
        }
        if let (Some(user), Some(password)) = (&self.settings.user, &self.settings.password) {
            let login = Credentials::new(user.clone(), password.expose().to_owned());
            connection.auth(DEFAULT_MECHANISMS, &login).await?;
        }
        Ok(connection)
    }

    async fn send_one(self, message: OutgoingMessage) -> SendOutcome {
        let mail = match self.mail(&message) {
            Ok(mail) => mail,
            Err(outcome) => return outcome,
        };
        let mut connection = match timeout(self.limit / 2, self.connect()).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(error)) => return before(&error),
            Err(_) => return SendOutcome::later("connection_failed"),
        };
        let sent = timeout(self.limit / 2, connection.send(mail.envelope(), &mail.formatted())).await;
        match sent {
            Ok(Ok(_)) => {
                // It is taken; a goodbye that fails changes nothing.
                let _ = timeout(self.limit / 2, connection.quit()).await;
                SendOutcome::accepted()
            }
            Ok(Err(error)) => answered(&error).unwrap_or_else(|| SendOutcome::unknown("connection_broken")),
            Err(_) => SendOutcome::unknown("timeout"),
        }
    }

    fn mail(&self, message: &OutgoingMessage) -> Result<Message, SendOutcome> {
        let unreachable = |code: &str| SendOutcome::refused(Class::Person(Person::Unreachable), code, "");
        let to = message.to.as_ref().ok_or_else(|| unreachable("to_missing"))?;
        let to: Mailbox = to.expose().parse().map_err(|_| unreachable("to_invalid"))?;
        let both = || format!("{}\n\n{}\n", message.body_zh, message.body_en);
        let id = format!("<{}@{}>", &sha256_hex(message.our_id())[..32], self.from.email.domain());
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(message.subject.as_ref().unwrap_or(&self.settings.subject))
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN)
            .body(message.text.clone().unwrap_or_else(both))
            .map_err(|error| SendOutcome::refused(Class::Content, "not_a_mail", &error.to_string()))
    }
}

/// The certificates of the platform, and those that come with the program.
fn parameters(host: &str) -> Result<TlsParameters, SmtpError> {
    tls::install_crypto_provider();
    let mut builder = TlsParameters::builder(host.to_owned());
    for certificate in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        let certificate = Certificate::from_der(certificate.to_vec()).map_err(|_| SmtpError::Tls)?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map_err(|_| SmtpError::Tls)
}

/// What the server said of it, if it said anything.
fn answered(error: &Error) -> Option<SendOutcome> {
    let code = error.status()?.to_string();
    let words = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    if error.is_transient() && code != "454" {
        return Some(SendOutcome::later(code));
    }
    Some(TABLE.outcome(&code, &words))
}

/// Before the message was handed over: it was not sent. A name that is not found, a certificate that is not trusted and
/// a login that is refused are for the operator to mend.
fn before(error: &Error) -> SendOutcome {
    let access =
        |code: String| SendOutcome::Later { class: Class::Access, code, not_before: Window::Schedule };
    match error.status() {
        Some(code) if error.is_permanent() => access(said(&code.to_string())),
        Some(code) => SendOutcome::later(code.to_string()),
        None if error.is_tls() || error.is_client() => access("tls_or_login".to_owned()),
        None => SendOutcome::later("connection_failed"),
    }
}

impl MessageSender for SmtpSender {
    fn deduplicates(&self) -> bool {
        false
    }

    fn send<'a>(&'a self, message: &'a OutgoingMessage) -> BoxFuture<'a, SendOutcome> {
        Box::pin(self.clone().send_one(message.clone()))
    }

    fn send_batch<'a>(&'a self, messages: &'a [OutgoingMessage]) -> BoxFuture<'a, Vec<SendOutcome>> {
        Box::pin(fan_out_messages(self, messages, Self::send_one))
    }
}
