//! The command line. `--help` is where most people learn the program, so it teaches.

mod lang;
mod messages;
mod verify_draw;

use clap::{Args, Parser, Subcommand};
use serde::Serialize;
use std::path::PathBuf;

pub use lang::LangArg;
pub use messages::{ContactKeyArgs, MessagesAction, MessagesArgs, TestArgs};
pub use verify_draw::VerifyDrawArgs;

/// Promotions along an order's life, self-hosted: what a shop gives, says and books.
#[derive(Debug, Parser)]
#[command(name = "promenade", version, about, long_about = None, after_help = "\
First steps:
  promenade serve --sandbox                 a rehearsal with its own clock; key: sandbox
  promenade serve --demo                    the same with a demo shop through which orders flow
  promenade keys create --name erp          a key for a real service
  promenade serve --store sqlite:shop.db    the real thing, in one file
The API is described at http://127.0.0.1:8080/docs while the service runs.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API.
    #[command(after_help = "\
Examples:
  promenade serve --sandbox                                try the API; key: sandbox
  promenade serve --store sqlite:shop.db --keys keys.json  for real, on http://127.0.0.1:8080
  promenade serve --config promenade.toml                  the same settings from a file
  PROMENADE_LISTEN=0.0.0.0:80 promenade serve              or from the environment")]
    Serve(ServeArgs),
    /// Show what a recovery campaign would have done with real orders, on simulated time.
    #[command(after_help = "\
Examples:
  promenade replay --mapping examples/replay/olist.toml --out report/ orders/
Exit codes: 0 every row was used; 3 something was left out or may be repeated; 2 a file, the mapping or the command
line cannot be read; 1 anything else failed.")]
    Replay(ReplayArgs),
    /// Run a presale pool from files, on simulated time: who is among the first N, and what they are given.
    #[command(after_help = "\
Examples:
  promenade pool --mapping examples/pool/olist.toml --out pool-report/ orders/
  promenade pool --mapping double11.toml --first-n 100 --out pool-report/ orders.xlsx
  promenade pool --mapping double11.toml --shop tea --out pool-report/ june.csv july.csv
Nothing is sent and no store is touched: it runs in memory. To take the orders into a shop that is in use:
  promenade intake --mapping double11.toml --store sqlite:shop.db --shop tea orders.xlsx
What a mapping says is in docs/pool-files.md; examples/pool/olist.toml is one.
Exit codes: 0 every row was used and all is final; 3 something was left out or is not final; 2 a file, the mapping or
the command line cannot be read; 1 anything else failed.")]
    Pool(PoolArgs),
    /// Take downloaded orders from CSV files or workbooks into a store.
    #[command(after_help = "\
Examples:
  promenade intake --mapping double11.toml --store sqlite:shop.db --shop tea orders.xlsx
  promenade intake --mapping double11.toml --store sqlite:shop.db --shop tea --submit june.csv
  promenade intake --mapping double11.toml --server http://127.0.0.1:8080 --shop tea orders.xlsx
The service must not be running on the store meanwhile; while it runs, name it with --server.
The same files again change nothing: what is known is counted as duplicate.
When every order up to a moment is in, say so: PUT /v1/shops/{shop}/download-watermark
Exit codes: 0 every row was used; 3 something was left out or is not final; 2 a file, the mapping or the command line
cannot be read; 1 anything else failed.")]
    Intake(IntakeArgs),
    /// Look at an export that no mapping knows yet, and write a mapping to begin with; list the mappings that come along.
    #[command(after_help = "\
Examples:
  promenade map orders.csv                                what is in it, and what its columns may mean
  promenade map orders.xlsx --out mine.toml               a mapping to begin with; check what is marked # ?
  promenade map orders.csv --kind replay --out mine.toml  the same for promenade replay
  promenade map --list                                    mappings for common platforms, used as --mapping NAME
  promenade map --show taobao --out mine.toml             one of them, to change
Exit: 0 a mapping that can be used, 3 something is to be filled in, 2 the file cannot be read.")]
    Map(MapArgs),
    /// Check every invariant of a store; exit 0 when clean, 1 with what is broken.
    #[command(after_help = "\
Examples:
  promenade audit --store sqlite:shop.db                       it may be in use
  promenade audit --store sqlite:shop.db > audit.txt || alarm  from a timer, every night")]
    Audit(AuditArgs),
    /// Recompute a prize draw from its archive: every notice, every number, every prize, every link of the chain.
    #[command(after_help = "\
Examples:
  promenade verify-draw archive.json --head 318ef2324461113506df188556872d5a41ec1107a4b53c05d13f9c2789d71f2b
  curl -s https://shop.example/draw/archive.json | promenade verify-draw - --lang zh
Without --head, dropped last plays and a chain made anew cannot be seen. How a draw is made is in docs/draws.md.
Exit codes: 0 verified; 1 something is wrong; 2 the file or the command line cannot be read.")]
    VerifyDraw(VerifyDrawArgs),
    /// Copy a store to a file while it is in use.
    #[command(after_help = "\
Examples:
  promenade backup --store sqlite:shop.db --to backups/monday.db")]
    Backup(BackupArgs),
    /// Put a backup in a store's place; the store must not be in use.
    #[command(after_help = "\
Examples:
  promenade restore --from backups/monday.db --store sqlite:shop.db
  promenade audit --store sqlite:shop.db                             then see that all is well")]
    Restore(RestoreArgs),
    /// Bring a store's tables up to date (serve does this too).
    #[command(after_help = "\
Examples:
  promenade migrate --store sqlite:shop.db")]
    Migrate(StoreArgs),
    /// Make, list and withdraw API keys.
    #[command(after_help = "\
Examples:
  promenade keys create --name erp                                   everything, every shop
  promenade keys create --name app --shop s1 --scopes read,checkout  one shop, two rights
  promenade keys list
  promenade keys revoke erp")]
    Keys(KeysArgs),
    /// Try the providers of messages.
    #[command(after_help = "\
Examples:
  promenade messages test --config messages.toml --to 13800138000 --template SMS_1 --param order=1001")]
    Messages(MessagesArgs),
    /// Print the `OpenAPI` document.
    #[command(after_help = "\
Examples:
  promenade openapi > openapi.json")]
    Openapi,
}

/// Settings of the service. Flags win over the environment (`PROMENADE_LISTEN`, ...), that over the
/// configuration file, that over the defaults.
#[derive(Debug, Default, Args, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch that people turn alone")]
pub struct ServeArgs {
    /// Where to listen; port 0 picks a free one [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<String>,
    /// Where to keep everything: memory or sqlite:FILE [default: sqlite:promenade.sqlite; memory with --sandbox].
    #[arg(long, value_name = "STORE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
    /// Run on a clock that only the API moves; without --keys the key `sandbox` is accepted.
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sandbox: bool,
    /// A sandbox with a demo shop through which orders keep flowing, a minute a second.
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub demo: bool,
    /// Lets a sandbox without --keys listen where others reach it, though everybody knows its key `sandbox`.
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub allow_published_key: bool,
    /// The file of API keys [default: promenade-keys.json].
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<PathBuf>,
    /// Who sends messages: jsonl:FILE or the http(s) address of a provider [default: jsonl:messages.jsonl].
    #[arg(long, value_name = "SENDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<String>,
    /// A TOML file that names who carries each channel, with keys; --messages carries those that it does not name.
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages_config: Option<PathBuf>,
    /// The file of keys that customers' contacts are sealed with (`promenade messages new-contact-key FILE`); without one
    /// no contacts are kept.
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_keys: Option<PathBuf>,
    /// Lets webhooks go to this network, address or host inside the network; may be given again.
    #[arg(long, value_name = "CIDR|HOST")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub webhook_allow: Vec<String>,
    /// Lets webhooks go over plain http.
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub webhook_allow_http: bool,
    /// Receivers of webhooks that are served at once for one shop, 1 to 128 [default: 4].
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_shop_slots: Option<usize>,
    /// The zone whose days count what spans shops, such as three SMS a customer and day [default: Asia/Shanghai].
    #[arg(long, value_name = "ZONE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform_time_zone: Option<String>,
    /// Logs as json or text [default: json]; `RUST_LOG` chooses what is logged.
    #[arg(long, value_name = "FORMAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// Connections at once, within the limit of open files [default: 10000].
    #[arg(long, value_name = "N", help_heading = "Limits")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections: Option<u32>,
    /// Connections at once from one address, or one /64 network of IPv6 [default: 4000].
    #[arg(long, value_name = "N", help_heading = "Limits")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections_a_peer: Option<u32>,
    /// A network of proxies, whose connections are not counted by address; may be given again.
    #[arg(long, value_name = "CIDR", help_heading = "Limits")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trusted_proxies: Vec<String>,
    /// How long the head of a connection's first request may take [default: 10].
    #[arg(long, value_name = "SECONDS", help_heading = "Limits")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_seconds: Option<u32>,
    /// How long a connection may be without a request after that [default: 65].
    #[arg(long, value_name = "SECONDS", help_heading = "Limits")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_seconds: Option<u32>,
    /// How long each 128 KiB of a body may take [default: 10].
    #[arg(long, value_name = "SECONDS", help_heading = "Limits")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_seconds: Option<u32>,
    /// How long a client may take for each 128 KiB of an answer [default: 30].
    #[arg(long, value_name = "SECONDS", help_heading = "Limits")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_seconds: Option<u32>,
    /// Requests that are worked on at once [default: 128].
    #[arg(long, value_name = "N", help_heading = "Limits")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_at_once: Option<u32>,
    /// Requests that wait for their turn; more are refused with 503 [default: 2048].
    #[arg(long, value_name = "N", help_heading = "Limits")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_waiting: Option<u32>,
    /// Requests a second with one key, as many at once; more are refused with 429; 0 is any number [default: 100000].
    #[arg(long, value_name = "N", help_heading = "Limits")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_a_key: Option<u32>,
    /// Shows /metrics only to keys of the platform with the scope `read`.
    #[arg(long, help_heading = "Limits")]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub metrics_need_key: bool,
    /// A TOML file with these settings.
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
}

/// A replay.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// How the export's columns become orders: a file, or the name of a shipped mapping (`promenade map --list`).
    #[arg(long, value_name = "FILE|NAME")]
    pub mapping: PathBuf,
    /// Where report.html and report.json go; of a sprint sprint.json.
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// Try a member sprint in place of the mapping's campaign: a file with its times and thresholds.
    #[arg(long, value_name = "FILE")]
    pub sprint: Option<PathBuf>,
    /// The language of what is said and of the headings of lists.
    #[command(flatten)]
    pub lang: LangArg,
    /// The export's files, or the folder that holds them.
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
}

/// A pool from files.
#[derive(Debug, Args)]
pub struct PoolArgs {
    /// How the export's columns become orders, and the strategies: a file, or the name of a shipped mapping
    /// (`promenade map --list`).
    #[arg(long, value_name = "FILE|NAME")]
    pub mapping: PathBuf,
    /// Where it runs: memory, or sqlite:FILE with a new file, to look into with `serve --sandbox`.
    #[arg(long, value_name = "STORE", default_value = "memory")]
    pub store: String,
    /// Every order is this shop's, whatever the mapping says.
    #[arg(long, value_name = "ID")]
    pub shop: Option<String>,
    /// Only the first so many orders get a gift, whatever the mapping says.
    #[arg(long, value_name = "N")]
    pub first_n: Option<u64>,
    /// Give ranks out although rows were left out, or the export does not reach far enough: you answer for it.
    #[arg(long = "override")]
    pub override_gaps: bool,
    /// Where gift-list.csv, gift-list.xlsx, summary.json and bad-rows.csv go.
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// The language of what is said and of the headings of lists.
    #[command(flatten)]
    pub lang: LangArg,
    /// The export's files, CSV or XLSX, or the folder that holds them.
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
}

/// A look at an export.
#[derive(Debug, Args)]
pub struct MapArgs {
    /// The export: CSV or XLSX.
    #[arg(value_name = "FILE", conflicts_with_all = ["list", "show"])]
    pub file: Option<PathBuf>,
    /// Where the mapping goes; a file that is there stays. Without it the mapping is printed.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// What the mapping is for: pool (and intake), or replay.
    #[arg(long, value_enum, value_name = "KIND", default_value_t = MapKind::Pool)]
    pub kind: MapKind,
    /// Show examples as they stand; names, telephone numbers and addresses are masked without it.
    #[arg(long)]
    pub plain: bool,
    /// List the mappings that come with the program.
    #[arg(long, conflicts_with = "show")]
    pub list: bool,
    /// Print one of them.
    #[arg(long, value_name = "NAME")]
    pub show: Option<String>,
}

/// What a mapping is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum MapKind {
    /// A presale pool, or an intake.
    Pool,
    /// A replay of unpaid-order recovery.
    Replay,
}

fn moment(text: &str) -> Result<domain::Instant, String> {
    domain::Instant::parse(text).ok_or_else(|| format!("{text} is no moment in RFC 3339"))
}

/// An intake.
#[derive(Debug, Args)]
pub struct IntakeArgs {
    /// How the export's columns become orders: a file, or the name of a shipped mapping (`promenade map --list`).
    #[arg(long, value_name = "FILE|NAME")]
    pub mapping: PathBuf,
    /// sqlite:FILE; the service must not be running on it.
    #[arg(long, value_name = "STORE", default_value = "sqlite:promenade.sqlite")]
    pub store: String,
    /// A running service to upload them to, in place of a store: it takes them in, this follows.
    #[arg(long, value_name = "URL", conflicts_with = "store")]
    pub server: Option<String>,
    /// The API key for --server, with the scopes events and read.
    #[arg(long, value_name = "KEY", env = "PROMENADE_API_KEY", hide_env_values = true)]
    pub key: Option<String>,
    /// The shop whose orders they are; it must be there.
    #[arg(long, value_name = "ID")]
    pub shop: String,
    /// When the export was made, in RFC 3339, where the mapping does not say: an export older than
    /// what is known of an order only fills times that are not known.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub as_of: Option<domain::Instant>,
    /// Submit what was taken in: to the pool where a presale strategy covers it, else to review.
    #[arg(long)]
    pub submit: bool,
    /// The file that says which rows were left out and which orders refused, and why.
    #[arg(long, value_name = "FILE", default_value = "rejects.csv")]
    pub rejects: PathBuf,
    /// The language of what is said and of the headings of lists.
    #[command(flatten)]
    pub lang: LangArg,
    /// The export's files, CSV or XLSX, or the folder that holds them.
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
}

/// A store.
#[derive(Debug, Args)]
pub struct StoreArgs {
    /// sqlite:FILE
    #[arg(long, value_name = "STORE", default_value = "sqlite:promenade.sqlite")]
    pub store: String,
}

/// A store to check.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// sqlite:FILE
    #[arg(long, value_name = "STORE", default_value = "sqlite:promenade.sqlite")]
    pub store: String,
    /// The zone that the service counts by [default: `PROMENADE_PLATFORM_TIME_ZONE`, else Asia/Shanghai].
    #[arg(long, value_name = "ZONE")]
    pub platform_time_zone: Option<String>,
}

impl AuditArgs {
    /// The zone as it was named: by the flag, else in the environment.
    pub fn platform_zone(&self) -> String {
        let named = self.platform_time_zone.clone();
        let named = named.or_else(|| std::env::var("PROMENADE_PLATFORM_TIME_ZONE").ok());
        named.unwrap_or_else(|| "Asia/Shanghai".into())
    }
}

/// A backup.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// sqlite:FILE; it may be in use.
    #[arg(long, value_name = "STORE", default_value = "sqlite:promenade.sqlite")]
    pub store: String,
    /// The file to write; it appears when it is complete.
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
}

/// A restore.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The backup.
    #[arg(long, value_name = "FILE")]
    pub from: PathBuf,
    /// sqlite:FILE to put in its place; it must not be in use.
    #[arg(long, value_name = "STORE", default_value = "sqlite:promenade.sqlite")]
    pub store: String,
}

/// Keys.
#[derive(Debug, Args)]
pub struct KeysArgs {
    /// The file of API keys; a running service reads changes within two seconds.
    #[arg(long, value_name = "FILE", default_value = "promenade-keys.json", global = true)]
    pub keys: PathBuf,
    /// What to do with them.
    #[command(subcommand)]
    pub action: KeysAction,
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum KeysAction {
    /// Make a key and print it; it is shown only now.
    #[command(after_help = "\
Examples:
  promenade keys create --name erp                                   everything, every shop
  promenade keys create --name app --shop s1 --scopes read,checkout  one shop, two rights
  promenade keys create --name guest --scopes read --days 7          good for a week")]
    Create {
        /// For people and logs.
        #[arg(long)]
        name: String,
        /// The shop it is for; the whole platform without one.
        #[arg(long)]
        shop: Option<String>,
        /// read, events, checkout, campaigns, refunds, risk, admin; all without any.
        #[arg(long, value_delimiter = ',')]
        scopes: Vec<String>,
        /// Days that it is good for; for ever without them.
        #[arg(long)]
        days: Option<i64>,
    },
    /// List the keys, without their secrets.
    #[command(after_help = "\
Examples:
  promenade keys list --keys keys.json")]
    List,
    /// Withdraw a key by its name.
    #[command(after_help = "\
Examples:
  promenade keys revoke erp --keys keys.json")]
    Revoke {
        /// The name it was made with.
        name: String,
    },
}
