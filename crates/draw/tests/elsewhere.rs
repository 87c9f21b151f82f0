//! Other programs come to the same: the one in Python in `examples/`, and the script of the public page in Node.
//!
//! `make test` sees to it that `python3` and `node` are there.

mod given;

use draw::{
    Given,
    archive::{Archive, NoticeLink},
    chain,
    law::MAINLAND_CHINA,
    verify::{Known, verify},
};
use given::{Story, seed, story_by_odds, story_in_an_urn, story_with_beacon};
use serde_json::{Value, json};
use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

fn file(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The program's output and exit code, from its arguments and standard input.
fn run(program: &str, args: &[&str], input: &str) -> (String, Option<i32>) {
    let mut command = Command::new(program);
    command.args(args).env("PYTHONIOENCODING", "utf-8").env("PYTHONDONTWRITEBYTECODE", "1");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{program} is needed: {error}"));
    let sent = child.stdin.take().expect("its input is ours").write_all(input.as_bytes());
    sent.expect("it reads its input");
    let ended = child.wait_with_output().expect("it ends");
    let said = [ended.stdout, ended.stderr].concat();
    (String::from_utf8(said).expect("it says text"), ended.status.code())
}

const SECOND: &str = "../../examples/verify_draw.py";

/// What Python says of an archive, run as a reader would.
fn second(archive: &Archive, head: &str) -> (String, Option<i32>) {
    let json = serde_json::to_string(archive).expect("it is written");
    run("python3", &[file(SECOND).to_str().expect("a path"), "-", "--head", head], &json)
}

const DRIVER: &str = r"
import json, runpy, sys
verdict = runpy.run_path(sys.argv[1])['verdict']
for archive, head in json.load(sys.stdin):
    print(json.dumps(verdict(archive, head)))
";

/// Its exit code for each of many archives, and what it says.
fn found_by_second(archives: &[(String, String)]) -> Vec<(u8, Vec<String>)> {
    let json = serde_json::to_string(archives).expect("they are written");
    let (said, code) = run("python3", &["-c", DRIVER, file(SECOND).to_str().expect("a path")], &json);
    assert_eq!(code, Some(0), "{said}");
    said.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{said}"))).collect()
}

fn written(archive: &Archive) -> String {
    serde_json::to_string(archive).expect("it is written")
}

type Tampering = (&'static str, fn(&mut Archive));

const TAMPERINGS: [Tampering; 16] = [
    ("a chance", |a| a.plays[4].chance.push('x')),
    ("a transaction", |a| a.plays[4].entropy.push('x')),
    ("a number", |a| a.plays[4].r ^= 1),
    ("a prize", |a| a.plays[4].prize_id = a.notices[0].notice.table.prizes[0].prize_id.clone()),
    ("a hash", |a| a.plays[4].hash = a.commit),
    ("a play dropped", |a| drop(a.plays.remove(4))),
    ("the last dropped", |a| drop(a.plays.pop())),
    ("a play added", |a| a.plays.insert(5, a.plays[4].clone())),
    ("plays moved", |a| a.plays.swap(4, 5)),
    ("the seed", |a| a.seed = Some(seed(1).reveal())),
    ("a notice's text", |a| a.notices[0].text.push('x')),
    ("a table", |a| a.notices[0].notice.table.prizes[0].value += money::Money::from_minor(1)),
    ("a stock", |a| a.notices[0].notice.table.prizes[0].stock = Some(9)),
    ("the head", |a| a.head = a.commit),
    ("the last notice", |a| drop(a.notices.pop())),
    ("everything made anew", |a| {
        a.plays.truncate(3);
        a.plays[2].prize_id = a.notices[0].notice.table.prizes[0].prize_id.clone();
        a.notices.truncate(1);
        a.head = a.plays[1].hash;
        a.head = chain::after_play(&a.head, &a.plays[2].link());
        a.plays[2].hash = a.head;
        a.winners = a.listed(&MAINLAND_CHINA);
    }),
];

#[test]
fn a_s2_16_a_second_program_agrees() {
    let mut archives = Vec::new();
    for honest in [story_by_odds(), story_in_an_urn(), story_with_beacon()] {
        let head = honest.head;
        archives.push(("honest", honest.clone(), head));
        for (name, tamper) in TAMPERINGS {
            let mut archive = honest.clone();
            tamper(&mut archive);
            archives.push((name, archive, head));
        }
    }
    let asked: Vec<_> =
        archives.iter().map(|(_, archive, head)| (written(archive), head.to_string())).collect();
    let found = found_by_second(&asked);
    assert_eq!(found.len(), archives.len());
    for ((name, archive, head), found) in archives.iter().zip(found) {
        let known = Known { head: Some(*head), seen: Vec::new() };
        let report = verify(archive, &MAINLAND_CHINA, &known);
        assert_eq!(report.is_verified(), *name == "honest", "{name}: {report:?}");
        assert_eq!(found.0 == 0, *name == "honest", "{name}: {found:?}");
    }
}

/// One change of a document: at a pointer another value; without one it is gone.
fn change(document: &mut Value, change: &Value) {
    let pointer = change[0].as_str().expect("a pointer");
    let (parent, last) = pointer.rsplit_once('/').expect("a pointer");
    let parent = document.pointer_mut(parent).unwrap_or_else(|| panic!("nothing is at {pointer}"));
    let value = change.get(1).cloned();
    // "00" stands for a hash of nothing but zeros.
    let is_hash = matches!(last, "hash" | "head" | "commit" | "randomness");
    let value = value.map(|value| if is_hash && value == "00" { json!("00".repeat(32)) } else { value });
    match (parent, value) {
        (Value::Object(fields), Some(value)) => drop(fields.insert(last.to_owned(), value)),
        (Value::Object(fields), None) => drop(fields.remove(last).expect("it was there")),
        (Value::Array(items), Some(value)) => items[last.parse::<usize>().expect("a place")] = value,
        (Value::Array(items), None) => drop(items.remove(last.parse().expect("a place"))),
        (other, _) => panic!("{pointer}: {other}"),
    }
}

/// A-S2-16: the same archives, changed in the same places, are judged alike by both programs: the changes are data,
/// `mutations.json`.
#[test]
fn a_s2_16_mutations_are_judged_alike() {
    let mutations: Vec<(String, String, String, Vec<Value>)> =
        serde_json::from_str(include_str!("mutations.json")).expect("mutations");
    let mut asked = Vec::new();
    for (name, base, _, changes) in &mutations {
        let honest = match base.as_str() {
            "odds" => story_by_odds(),
            "urn" => story_in_an_urn(),
            "beacon" => story_with_beacon(),
            "example" => {
                let text = std::fs::read(file("../../examples/draw/archive.json")).expect("the example");
                Archive::read(&text).expect("an archive")
            }
            other => panic!("{name}: no archive is called {other}"),
        };
        let mut document = serde_json::to_value(&honest).expect("it is written");
        for of in changes {
            change(&mut document, of);
        }
        asked.push((document.to_string(), honest.head.to_string()));
    }
    for ((mutation, (text, head)), second) in mutations.iter().zip(&asked).zip(found_by_second(&asked)) {
        let (name, base, expected, _) = mutation;
        let known = Known { head: Some(head.parse().expect("a hash")), seen: Vec::new() };
        let report = Archive::read(text.as_bytes()).map(|archive| verify(&archive, &MAINLAND_CHINA, &known));
        let first = match &report {
            Ok(report) if report.is_verified() => "verified",
            Ok(_) => "wrong",
            Err(_) => "unreadable",
        };
        assert_eq!(first, expected, "{name} of {base}, by the program: {report:#?}");
        let code = ["verified", "wrong", "unreadable"].iter().position(|verdict| verdict == expected);
        assert_eq!(Some(usize::from(second.0)), code, "{name} of {base}, by the second program: {second:?}");
    }
}

/// Its exit codes are those of the program.
#[test]
fn a_second_program_ends_as_the_program_does() {
    let honest = story_in_an_urn();
    let head = honest.head.to_string();
    assert_eq!(second(&honest, &head), ("verified: 10 plays\n".into(), Some(0)));
    let (said, code) = second(&honest, &honest.commit.to_string());
    assert_eq!((said.as_str(), code), ("the head that you know is not the last one\n", Some(1)));
    let (said, code) = run("python3", &[file(SECOND).to_str().expect("a path"), "-"], "");
    assert!(code == Some(2) && said.contains("cannot be read"), "{said}");
}

/// A notice that changes behind the last play is a link too.
#[test]
fn a_second_program_follows_every_notice() {
    let mut story = Story::open(seed(3), given::by_odds());
    story.play(5);
    let mut more = given::by_odds();
    for stock in [6, 7, 8] {
        more["table"]["prizes"][1]["stock"] = stock.into();
        story.change(more.clone());
    }
    let archive = story.end();
    let stands: Vec<u64> = archive.notices.iter().map(|link: &NoticeLink| link.after).collect();
    assert_eq!(stands, [0, 5, 5, 5]);
    let said = vec!["verified: 5 plays".to_owned()];
    assert_eq!(found_by_second(&[(written(&archive), archive.head.to_string())]), [(0, said)]);
    let known = Known { head: Some(archive.head), seen: Vec::new() };
    assert!(verify(&archive, &MAINLAND_CHINA, &known).is_verified());
}

/// What the page hands to its script for each play, and what it has to come to.
fn cases(archive: &Archive) -> Vec<(Value, Value)> {
    let mut given = Given::default();
    let mut head = archive.notices[0].head;
    let mut cases = Vec::new();
    for play in &archive.plays {
        let changed = archive.notices.iter().skip(1).filter(|link| link.after + 1 == play.n);
        head = changed.fold(head, |_, link| link.head);
        let table = &archive.notice_of(play.n).expect("a notice").table;
        let award = table.award(play.r, &given, play.at_ms).expect("a prize");
        cases.push((
            json!({
                "seed": archive.seed, "campaign": archive.campaign, "table": table, "given": given,
                "play": play, "head": head,
            }),
            json!({
                "commit": archive.commit, "r": play.r, "drawn": award.drawn.prize_id, "prize_id": play.prize_id,
                "head": play.hash,
            }),
        ));
        given.add(&play.prize_id);
        head = play.hash;
    }
    cases
}

const ASK: &str = r"
const results = [];
for (const asked of ASKED) {
  const { r, drawn, prize_id } = await recompute(asked);
  results.push({ commit: await commitOf(asked.seed), r, drawn, prize_id, head: await headAfter(asked.head, asked.play) });
}
console.log(JSON.stringify(results));
";

#[test]
fn a_s2_16_the_pages_script_agrees() {
    let script = std::fs::read_to_string(file("assets/recompute.js")).expect("the script is there");
    for archive in [story_by_odds(), story_in_an_urn(), story_with_beacon()] {
        let (asked, expected): (Vec<Value>, Vec<Value>) = cases(&archive).into_iter().unzip();
        let asked = format!("{script}const ASKED = {};{ASK}", Value::from(asked));
        let (said, code) = run("node", &["--input-type=module", "-"], &asked);
        assert_eq!(code, Some(0), "{said}");
        let results: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
        assert_eq!(results, Value::from(expected));
    }
}
