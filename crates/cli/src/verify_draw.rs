//! `promenade verify-draw`: recomputes a whole prize draw from its archive. It needs no store, no key and no network.

use crate::{
    args::VerifyDrawArgs,
    outcome::{Both, told as told_of},
    say,
};
use domain::Lang;
use draw::{
    archive::{Archive, State},
    law::LAW,
    verify::{Finding, Known, Report, verify},
};
use money::Currency;
use std::{
    fmt::Write,
    fs::File,
    io::{BufReader, Read},
    path::Path,
    process::ExitCode,
};

/// Bytes of an archive that are read: some ten million plays. Each of them stands in memory while it is checked, in about
/// as many bytes as in the file; the text itself does not.
const MOST_BYTES: u64 = 4 << 30;

/// Prints what is wrong, one line each. 0 verified, 1 something is wrong, 2 when the file cannot be read.
pub fn run(args: &VerifyDrawArgs) -> ExitCode {
    let archive = match read(&args.file) {
        Ok(archive) => archive,
        Err(error) => {
            say::complain(&format!("promenade: {}", told_of(&error.into(), args.lang.chosen())));
            return ExitCode::from(2);
        }
    };
    let known = Known { head: args.head, seen: args.seen.clone() };
    let report = verify(&archive, LAW, &known);
    match say::say(&told(&archive, &report, args.lang.chosen())) {
        Ok(()) if report.is_verified() => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(error) => {
            say::complain(&format!("promenade: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn read(file: &Path) -> Result<Archive, Both> {
    if file == Path::new("-") {
        return parse(file, std::io::stdin().lock(), MOST_BYTES);
    }
    let opened = File::open(file).map_err(|error| unread(file, &error))?;
    parse(file, opened, MOST_BYTES)
}

/// Reads an archive as it comes; beyond so many bytes it is none that can be checked here.
fn parse(file: &Path, from: impl Read, most: u64) -> Result<Archive, Both> {
    let mut counted = from.take(most + 1);
    let read = Archive::read_from(BufReader::new(&mut counted));
    let name = file.display();
    match read {
        _ if counted.limit() == 0 => Err(Both {
            en: format!("{name} is larger than {most} bytes; nothing of it was checked"),
            zh: format!("{name} 超过{most}字节，没有核验"),
        }),
        Ok(archive) => Ok(archive),
        Err(error) if error.is_io() => Err(unread(file, &error)),
        Err(error) => Err(Both {
            en: format!("{name} is no archive of a draw: {error}"),
            zh: format!("{name} 不是抽奖归档：{error}"),
        }),
    }
}

fn unread(file: &Path, error: &dyn std::fmt::Display) -> Both {
    let file = file.display();
    Both { en: format!("cannot read {file}: {error}"), zh: format!("无法读取 {file}：{error}") }
}

/// What was found, what is to be known, then what the draw came to.
fn told(archive: &Archive, report: &Report, lang: Lang) -> String {
    let mut text = String::new();
    // Whoever made the archive does not move the reader's cursor.
    let mut line = |line: &str| {
        let _ = writeln!(text, "{}", line.replace(char::is_control, "\u{fffd}"));
    };
    for finding in &report.findings {
        line(&of_finding(lang.pick("WRONG", "有误"), finding, lang));
    }
    if report.more > 0 {
        let more = report.more;
        line(&lang.pick(format!("and {more} more"), format!("另有{more}处")));
    }
    for note in &report.notes {
        line(&of_finding(lang.pick("note", "说明"), note, lang));
    }
    if let Some(last) = archive.notices.last() {
        for prize in &last.notice.table.prizes {
            let (count, id, name) = (report.given.of(&prize.prize_id), &prize.prize_id, &prize.name);
            line(&lang.pick(format!("{count} x {id} ({name})"), format!("{name}（{id}）：{count}份")));
        }
    }
    let cap = Currency::CNY.digits(LAW.listed_above);
    for winner in archive.listed(LAW) {
        let (n, chance, prize) = (winner.n, winner.chance, winner.prize_id);
        let became = match winner.state {
            State::Played => ("", ""),
            State::Drawn => (", not looked at", "，未查看"),
            State::Lapsed => (", lapsed", "，查看前失效"),
            State::Void => (", void", "，已作废"),
        };
        let en = format!("winner above {cap} yuan: play {n}, {chance}, {prize}{}", became.0);
        line(&lang.pick(en, format!("{cap}元以上中奖：第{n}次，{chance}，{prize}{}", became.1)));
    }
    line(&format!("{} {}", lang.pick("head", "链尾"), report.head));
    let (plays, campaign) = (report.plays, &archive.campaign);
    let wrong = report.findings.len() as u64 + report.more;
    line(&match wrong {
        0 => lang.pick(
            format!("verified: {plays} plays of {campaign}"),
            format!("核验通过：活动{campaign}的{plays}次抽奖"),
        ),
        _ => lang.pick(
            format!("not verified: {wrong} wrong in {plays} plays of {campaign}"),
            format!("核验未通过：活动{campaign}的{plays}次抽奖中有{wrong}处有误"),
        ),
    });
    text
}

fn of_finding(mark: &str, finding: &Finding, lang: Lang) -> String {
    let Finding { code, n, en, zh } = finding;
    let (code, sentence) = (code.as_str(), lang.pick(en, zh));
    match n {
        Some(n) => lang.pick(
            format!("{mark} {code}, play {n}: {sentence}"),
            format!("{mark} {code}，第{n}次：{sentence}"),
        ),
        None => lang.pick(format!("{mark} {code}: {sentence}"), format!("{mark} {code}：{sentence}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &[u8] = include_bytes!("../../../examples/draw/archive.json");

    /// A-S2-16: an archive is read up to a bound, and one beyond it is not half checked.
    #[test]
    fn a_s2_16_an_archive_beyond_the_bound_is_said_to_be() {
        let file = Path::new("x.json");
        let whole = EXAMPLE.len() as u64;
        assert!(parse(file, EXAMPLE, whole).is_ok());
        let refused = parse(file, EXAMPLE, whole - 1).map(drop).unwrap_err();
        assert!(refused.en.contains("larger than") && refused.zh.contains("没有核验"), "{}", refused.en);
        let cut = parse(file, &EXAMPLE[..EXAMPLE.len() / 2], whole).map(drop).unwrap_err();
        assert!(cut.en.contains("no archive"), "{}", cut.en);
    }
}
