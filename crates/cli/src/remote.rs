//! `promenade intake --server`: downloaded orders from files into a service that runs.
//!
//! The service takes the orders in by itself; this uploads, follows, and leaves behind what an intake into a store does.
//! Ended by a signal it leaves the import going: the service has it.

use crate::args::IntakeArgs;
use crate::next::Left;
use crate::outcome::{self, Both};
use crate::{chance, next, pool, progress, say};
use anyhow::Context;
use domain::Lang;
use futures_util::{Stream, stream};
use replay::pool::{PoolMapping, bad_rows_heading};
use replay::shipped;
use reqwest::{Body, Client, RequestBuilder, Response, StatusCode, redirect};
use serde::Deserialize;
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Something was left out.
const LEFT_OUT: u8 = 3;
/// The files or the mapping cannot be read, or the command was put wrongly.
const UNREADABLE: u8 = 2;
/// How often the service is asked how far it has come.
const ASK: Duration = Duration::from_millis(300);
/// How often it may give no answer in a row: it may be starting again.
const SILENCES: u32 = 100;
/// How often an upload is begun that broke off. Its key makes it one import.
const UPLOADS: u32 = 3;
/// Bytes that are read at once.
const STEP: usize = 256 << 10;

/// Why it did not come to its end, with the exit code.
struct Stop(u8, anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self(1, error.into())
    }
}

fn unreadable(error: impl Into<anyhow::Error>) -> Stop {
    Stop(UNREADABLE, error.into())
}

/// Uploads, follows, writes the rejects and prints what became of the orders.
pub fn run(args: &IntakeArgs) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let ended = runtime.map_err(Stop::from).and_then(|runtime| runtime.block_on(intake(args)));
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(Stop(code, error)) => {
            say::complain(&format!("promenade: {}", outcome::told(&error, args.lang.chosen())));
            ExitCode::from(code)
        }
    }
}

async fn intake(args: &IntakeArgs) -> Result<u8, Stop> {
    let upload = Upload::read(args).map_err(unreadable)?;
    let service = Service::new(args)?;
    let import_id = service.send(&upload).await?;
    say::complain(&format!("import {import_id}"));
    let import = service.follow(&import_id).await?;
    match (import.state.as_str(), import.report) {
        ("finished", Some(report)) => {
            let lang = args.lang.chosen();
            service.rejects(&import_id, &args.rejects, lang).await?;
            let left = report.left();
            let said = report.summary_zh.filter(|_| lang == Lang::Zh).unwrap_or(report.summary);
            say(&(said + &next::after_intake(lang, args, left)))?;
            Ok(if report.all_used { 0 } else { LEFT_OUT })
        }
        ("cancelled", _) => {
            Err(anyhow::anyhow!("the import was cancelled; what it had taken in stays").into())
        }
        _ => {
            let code = import.code.unwrap_or_default();
            let error = anyhow::anyhow!("{} ({code})", import.detail.unwrap_or(import.state));
            Err(if code == "unreadable" { unreadable(error) } else { error.into() })
        }
    }
}

/// An import, as far as it is looked at here.
#[derive(Deserialize)]
struct Import {
    state: String,
    progress: Progress,
    report: Option<Report>,
    code: Option<String>,
    detail: Option<String>,
}

#[derive(Deserialize)]
struct Progress {
    read: u64,
    bytes: u64,
}

#[derive(Deserialize)]
struct Report {
    all_used: bool,
    summary: String,
    /// A service of before may not say it.
    summary_zh: Option<String>,
    inputs: Inputs,
    orders: Orders,
    uncertain: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Inputs {
    bad_rows: u64,
    orders_left_out: u64,
    #[serde(default)]
    unknown_states: States,
}

#[derive(Default, Deserialize)]
struct States {
    in_question: bool,
}

#[derive(Deserialize)]
struct Orders {
    rejected: u64,
    #[serde(default)]
    pooled: u64,
    #[serde(default)]
    to_review: u64,
}

impl Report {
    /// What it left behind: where states are in question and nothing else is, no row was left out.
    fn left(&self) -> Left {
        let in_question = self.inputs.unknown_states.in_question;
        let rows = self.inputs.bad_rows + self.inputs.orders_left_out + self.orders.rejected;
        let out = !self.all_used && (!in_question || rows > 0 || self.uncertain.is_some());
        let past_the_pool = self.orders.pooled == 0 && self.orders.to_review > 0;
        Left { out, in_question, past_the_pool }
    }
}

#[derive(Deserialize)]
struct Received {
    import_id: String,
}

#[derive(Deserialize)]
struct Problem {
    code: String,
    detail: String,
    #[serde(default)]
    title_zh: String,
}

/// A piece of the form.
enum Piece {
    Text(Vec<u8>),
    File(PathBuf),
}

/// What is sent.
struct Upload {
    fields: Vec<(&'static str, String)>,
    files: Vec<PathBuf>,
    boundary: String,
}

impl Upload {
    /// Finds mapping and files, and whether they fit together, before anything is sent.
    fn read(args: &IntakeArgs) -> anyhow::Result<Self> {
        let shop = pool::shop(Some(&args.shop))?;
        let name = args.mapping.display().to_string();
        let shipped = shipped::text(&name).filter(|_| !args.mapping.is_file());
        let mut mapping = match shipped {
            Some(text) => PoolMapping::parse(text, &name, shop.as_ref())?,
            None => PoolMapping::open(&args.mapping, shop.as_ref())?,
        };
        if let [file] = &args.inputs[..]
            && file.is_file()
        {
            mapping.read_any_name();
        }
        let files = mapping.files(&args.inputs)?;
        let mut fields = match shipped {
            Some(_) => vec![("mapping_name", name)],
            None => vec![("mapping", std::fs::read_to_string(&args.mapping)?)],
        };
        fields.extend(args.as_of.map(|at| ("as_of", domain::time::Zone::shanghai().format(at))));
        fields.push(("submit", args.submit.to_string()));
        Ok(Self { fields, files, boundary: hex(&chance::random()) })
    }

    /// The form, piece by piece, and its bytes.
    fn pieces(&self) -> io::Result<(VecDeque<Piece>, u64)> {
        let (mut pieces, mut bytes) = (VecDeque::new(), 0);
        let mut text = |pieces: &mut VecDeque<Piece>, text: String| {
            bytes += text.len() as u64;
            pieces.push_back(Piece::Text(text.into_bytes()));
        };
        let mut files = 0;
        for (name, value) in &self.fields {
            let head =
                format!("--{}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n", self.boundary);
            text(&mut pieces, format!("{head}{value}\r\n"));
        }
        for path in &self.files {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let name = name.replace('"', "%22").replace(['\r', '\n'], " ");
            let what = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"");
            let head =
                format!("--{}\r\n{what}\r\nContent-Type: application/octet-stream\r\n\r\n", self.boundary);
            text(&mut pieces, head);
            files += std::fs::metadata(path)?.len();
            pieces.push_back(Piece::File(path.clone()));
            text(&mut pieces, "\r\n".to_owned());
        }
        text(&mut pieces, format!("--{}--\r\n", self.boundary));
        Ok((pieces, bytes + files))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes of the pieces, files as they are read.
fn stream_of(pieces: VecDeque<Piece>) -> impl Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
    stream::try_unfold((pieces, None::<File>), |(mut pieces, mut open)| async move {
        loop {
            if let Some(file) = &mut open {
                let mut step = vec![0; STEP];
                let read = file.read(&mut step).await?;
                step.truncate(read);
                if read > 0 {
                    return Ok(Some((step, (pieces, open))));
                }
                open = None;
            }
            match pieces.pop_front() {
                None => return Ok(None),
                Some(Piece::Text(text)) => return Ok(Some((text, (pieces, open)))),
                Some(Piece::File(path)) => open = Some(File::open(path).await?),
            }
        }
    })
}

/// The imports of a shop on a service.
struct Service {
    client: Client,
    imports: String,
    key: String,
}

impl Service {
    fn new(args: &IntakeArgs) -> Result<Self, Stop> {
        let server = args.server.as_deref().unwrap_or_default().trim_end_matches('/');
        let missing = || Both {
            en: "name the API key with --key or PROMENADE_API_KEY".to_owned(),
            zh: "请用 --key 或环境变量 PROMENADE_API_KEY 给出密钥".to_owned(),
        };
        let key = args.key.clone().filter(|key| !key.is_empty()).ok_or_else(missing).map_err(unreadable)?;
        let client = relay::tls::build_client(|| {
            Client::builder().redirect(redirect::Policy::none()).connect_timeout(Duration::from_secs(10))
        })?;
        Ok(Self { client, imports: format!("{server}/v1/shops/{}/imports", args.shop), key })
    }

    fn authorized(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(&self.key)
    }

    /// Uploads; the id of the import. What broke off is sent again under the same key.
    async fn send(&self, upload: &Upload) -> Result<String, Stop> {
        let key = hex(&chance::random());
        let kind = format!("multipart/form-data; boundary={}", upload.boundary);
        for attempt in 1.. {
            let (pieces, bytes) = upload.pieces().map_err(unreadable)?;
            let request = self.authorized(self.client.post(&self.imports));
            let request = request.header("Idempotency-Key", &key).header("Content-Type", &kind);
            let request = request.header("Content-Length", bytes).body(Body::wrap_stream(stream_of(pieces)));
            match request.send().await {
                Ok(response) => return Ok(read::<Received>(response).await?.import_id),
                Err(error) if error.is_connect() || attempt >= UPLOADS => {
                    return Err(anyhow::Error::from(error).context("the upload did not get through").into());
                }
                Err(error) => {
                    say::complain(&format!("promenade: the upload broke off ({error}); sending it again"));
                }
            }
        }
        unreachable!("it is sent or given up")
    }

    /// Asks until it has ended.
    async fn follow(&self, import_id: &str) -> Result<Import, Stop> {
        let bar = progress::bar("taking in");
        let mut silences = 0;
        loop {
            let asked =
                self.authorized(self.client.get(format!("{}/{import_id}", self.imports))).send().await;
            let answered = match asked {
                Ok(response) if response.status() != StatusCode::SERVICE_UNAVAILABLE => Ok(response),
                Ok(_) => Err(anyhow::anyhow!("the service is stopping")),
                Err(error) => Err(error.into()),
            };
            match answered {
                Ok(response) => {
                    silences = 0;
                    let import = read::<Import>(response).await?;
                    bar.set_length(import.progress.bytes);
                    bar.set_position(import.progress.read);
                    if !matches!(import.state.as_str(), "received" | "running") {
                        bar.finish_and_clear();
                        return Ok(import);
                    }
                }
                Err(error) if silences >= SILENCES => {
                    let goes_on = format!("the service gives no answer; import {import_id} goes on with it");
                    return Err(error.context(goes_on).into());
                }
                Err(_) => silences += 1,
            }
            tokio::time::sleep(ASK).await;
        }
    }

    /// Writes what was left out beside its place, and puts it there when it is whole. A service heads it in English.
    async fn rejects(&self, import_id: &str, path: &Path, lang: Lang) -> Result<(), Stop> {
        let address = format!("{}/{import_id}/bad-rows?format=csv", self.imports);
        let mut response = refused(self.authorized(self.client.get(address)).send().await?).await?;
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let (part, whole) = (PathBuf::from(part), path.display());
        let _ = tokio::fs::remove_file(&part).await;
        let new = tokio::fs::OpenOptions::new().write(true).create_new(true).open(&part).await;
        let mut file = new.with_context(|| format!("cannot write {whole}"))?;
        let mut begun = Vec::new();
        while begun.len() < bad_rows_heading(Lang::En).len() {
            let Some(piece) = response.chunk().await? else { break };
            begun.extend_from_slice(&piece);
        }
        file.write_all(&headed(begun, lang)).await.with_context(|| format!("cannot write {whole}"))?;
        while let Some(piece) = response.chunk().await? {
            file.write_all(&piece).await.with_context(|| format!("cannot write {whole}"))?;
        }
        file.flush().await.with_context(|| format!("cannot write {whole}"))?;
        tokio::fs::rename(&part, path).await.with_context(|| format!("cannot write {whole}"))?;
        Ok(())
    }
}

/// The beginning of a list of what was left out, with its headings in that language.
fn headed(begun: Vec<u8>, lang: Lang) -> Vec<u8> {
    match begun.strip_prefix(bad_rows_heading(Lang::En).as_bytes()) {
        Some(rest) => [bad_rows_heading(lang).as_bytes(), rest].concat(),
        None => begun,
    }
}

/// An answer that says no is an error, with the service's own words.
async fn refused(response: Response) -> Result<Response, Stop> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let text = response.text().await.unwrap_or_default();
    let said = match serde_json::from_str::<Problem>(&text) {
        Ok(Problem { code, detail, title_zh }) => {
            Both { en: format!("{detail} ({code})"), zh: format!("{title_zh}：{detail}（{code}）") }
        }
        Err(_) => {
            Both { en: format!("the service answered {status}"), zh: format!("服务的应答是 {status}") }
        }
    };
    let is_ours = matches!(status.as_u16(), 400 | 413 | 415 | 422);
    let error = anyhow::Error::from(said);
    Err(if is_ours { unreadable(error) } else { error.into() })
}

async fn read<T: for<'de> Deserialize<'de>>(response: Response) -> Result<T, Stop> {
    Ok(refused(response).await?.json().await?)
}
