//! `promenade map`: looks at an export that no mapping knows yet, and writes a mapping to begin with.

use crate::args::{MapArgs, MapKind};
use crate::say;
use anyhow::Context;
use replay::{
    guess::{Draft, Examples, Kind, draft, look, tell},
    shipped::{self, Shipped},
};
use std::{io::Write, path::Path, process::ExitCode};

/// Something that a mapping needs was not found.
const MISSING: u8 = 3;
/// The file cannot be read, or the command was written wrongly.
const UNREADABLE: u8 = 2;

/// Looks, tells and writes. Exit 0: a mapping that the program accepts; 3: something is to be filled in; 2: not done.
pub fn run(args: &MapArgs) -> ExitCode {
    let outcome = match (&args.file, &args.show) {
        _ if args.list => Ok((list(), ExitCode::SUCCESS)),
        (_, Some(name)) => show(name, args),
        (Some(file), None) => look_at(file, args),
        (None, None) => Err(anyhow::anyhow!("name a FILE, or --list, or --show NAME")),
    };
    let (code, error) = match outcome {
        Ok((said, code)) => (code, say(&said).err().map(|error| (ExitCode::FAILURE, error))),
        Err(error) => (ExitCode::SUCCESS, Some((ExitCode::from(UNREADABLE), error))),
    };
    let Some((failed, error)) = error else { return code };
    say::complain(&format!("promenade: {error:#}"));
    failed
}

/// What is said, and the exit code.
fn look_at(file: &Path, args: &MapArgs) -> anyhow::Result<(String, ExitCode)> {
    let seen = look(file)?;
    let drafted = draft(&seen, args.kind.of());
    let examples = if args.plain { Examples::Plain } else { Examples::Masked };
    let mut said = tell(&seen, &drafted, examples);
    if let Some(out) = &args.out {
        write_new(out, &drafted.text)?;
        said.push_str(&next_steps(out, args.kind, &drafted));
    } else {
        said.push_str("\n# ---- 映射 mapping ----\n");
        said.push_str(&drafted.text);
    }
    let code = if drafted.missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(MISSING) };
    Ok((said, code))
}

fn next_steps(out: &Path, kind: MapKind, drafted: &Draft) -> String {
    let out = out.display();
    if !drafted.missing.is_empty() {
        return format!("已写入 · written: {out}\n下一步 · next: 补上缺少的列 · fill in what is missing\n");
    }
    let command = match kind {
        MapKind::Pool => "pool",
        MapKind::Replay => "replay",
    };
    format!("已写入 · written: {out}\n下一步 · next: promenade {command} --mapping {out} --out out FILE\n")
}

fn list() -> String {
    let line = |known: &Shipped| {
        let kinds = if known.replay.is_some() { "pool, intake, replay" } else { "pool, intake" };
        format!("{:<14}{} · {} ({kinds})\n", known.name, known.zh, known.en)
    };
    shipped::ALL.iter().map(line).collect()
}

fn show(name: &str, args: &MapArgs) -> anyhow::Result<(String, ExitCode)> {
    let known = shipped::find(name).with_context(|| {
        format!("no mapping {name} comes with the program; these do: {}", shipped::listed())
    })?;
    let text = match args.kind {
        MapKind::Pool => known.pool,
        MapKind::Replay => {
            known.replay.with_context(|| format!("{name} comes without a mapping for a replay"))?
        }
    };
    let said = match &args.out {
        Some(out) => write_new(out, text).map(|()| String::new())?,
        None => text.to_owned(),
    };
    Ok((said, ExitCode::SUCCESS))
}

/// A mapping is somebody's work: what is there is not written over.
fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let made = std::fs::File::options().write(true).create_new(true).open(path);
    let mut file =
        made.with_context(|| format!("cannot write {}; a file that is there stays", path.display()))?;
    file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))
}

impl MapKind {
    fn of(self) -> Kind {
        match self {
            Self::Pool => Kind::Pool,
            Self::Replay => Kind::Replay,
        }
    }
}
