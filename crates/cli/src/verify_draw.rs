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
use std::{fmt::Write, fs::File, io::Read, path::Path, process::ExitCode};

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
    let mut json = Vec::new();
    let came = if file == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut json)
    } else {
        File::open(file).and_then(|mut file| file.read_to_end(&mut json))
    };
    let file = file.display();
    came.map_err(|error| Both {
        en: format!("cannot read {file}: {error}"),
        zh: format!("无法读取 {file}：{error}"),
    })?;
    Archive::read(&json).map_err(|error| Both {
        en: format!("{file} is no archive of a draw: {error}"),
        zh: format!("{file} 不是抽奖归档：{error}"),
    })
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
