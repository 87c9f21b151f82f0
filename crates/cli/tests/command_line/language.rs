//! Lists, reasons and the terminal speak the language of whoever reads them; codes and ids are the same in all.

use crate::folder;
use crate::pool::export;
use crate::support::{finish, program, run};
use std::fs;
use std::path::Path;

const MARK: &str = "\u{feff}";

fn first_line(path: &Path) -> String {
    fs::read_to_string(path).expect("it was written").lines().next().unwrap_or_default().to_owned()
}

/// A spreadsheet opens what has a byte order mark as it is, Chinese too.
#[test]
fn lists_open_in_a_spreadsheet_and_have_headings_in_the_language_asked_for() {
    let folder = folder();
    export(folder.path());
    let orders = fs::read_to_string(folder.path().join("export/orders.csv")).expect("it is there");
    fs::write(folder.path().join("export/orders.csv"), orders.replacen("cup,2,", "cup,x,", 1))
        .expect("written");
    let pool = |out: &str, more: &[&str], locale: &str| {
        let args = [&["pool", "--mapping", "pool.toml", "--out", out], more, &["export"]].concat();
        let mut command = program(folder.path(), &args);
        command.env("LC_ALL", locale);
        finish(command)
    };
    for (out, more, locale, is_chinese) in [
        ("plain", &[][..], "C", false),
        ("asked", &["--lang", "zh"], "C", true),
        ("by-locale", &[], "zh_CN.UTF-8", true),
        ("over-locale", &["--lang", "en"], "zh_CN.UTF-8", false),
    ] {
        let ended = pool(out, more, locale);
        assert_eq!(ended.code, Some(3), "{ended:?}");
        let (list, bad, said) = if is_chinese {
            (
                "订单号,买家,阶段,赠品,数量,名次,策略,依据的时间,人工添加",
                "文件,行,列,内容,代码,原因（英文）,原因,订单",
                "读到订单              ",
            )
        } else {
            (
                "order_id,customer_id,stage,sku,quantity,rank,strategy_id,basis_at,manual",
                "file,row,column,value,code,message,message_zh,order",
                "orders read           ",
            )
        };
        let at = |name: &str| folder.path().join(out).join(name);
        assert_eq!(first_line(&at("gift-list.csv")), format!("{MARK}{list}"), "{out}");
        assert_eq!(first_line(&at("bad-rows.csv")), format!("{MARK}{bad}"), "{out}");
        assert!(ended.out.contains(said) && ended.out.contains("not_a_quantity"), "{out}: {}", ended.out);
        assert_eq!(ended.out.contains("Next: "), !is_chinese, "{out}: {}", ended.out);
    }
    let refused = pool("none", &["--lang", "fr"], "C");
    assert!(refused.code == Some(2) && refused.err.contains("neither zh nor en"), "{refused:?}");
    let summary = |out: &str| fs::read(folder.path().join(out).join("summary.json")).expect("it was written");
    assert!(summary("plain") == summary("asked"), "what programs read is the same");
}

#[test]
fn what_cannot_be_read_is_told_in_the_language_asked_for() {
    let folder = folder();
    export(folder.path());
    fs::write(folder.path().join("orders.csv"), "order,buyer\n1,2\n").expect("it can be written");
    let pool = |lang: &str| {
        run(folder.path(), &["pool", "--mapping", "pool.toml", "--out", "out", "--lang", lang, "orders.csv"])
    };
    let (en, zh) = (pool("en"), pool("zh"));
    assert!(en.code == Some(2) && en.err.contains("orders.csv row 1: no column `"), "{en:?}");
    assert!(zh.code == Some(2) && zh.err.contains("orders.csv 第 1 行：没有列 `"), "{zh:?}");
}

/// A state that the mapping does not know counts as open, is told wherever a run is told, and leaves the run unfinished
/// where the mapping does not say that all others are open.
#[test]
fn states_that_no_map_names_are_told() {
    let folder = folder();
    export(folder.path());
    let mapping = fs::read_to_string(folder.path().join("pool.toml")).expect("it is there");
    let orders = fs::read_to_string(folder.path().join("export/orders.csv")).expect("it is there");
    let rows: Vec<String> = orders
        .lines()
        .enumerate()
        .map(|(at, row)| {
            format!(
                "{row},{}\n",
                match at {
                    0 => "state",
                    1 | 2 => "冻结",
                    _ => "paid",
                }
            )
        })
        .collect();
    fs::write(folder.path().join("export/orders.csv"), rows.concat()).expect("written");
    for (others, code) in [("unknown", 3), ("", 0)] {
        let with =
            mapping.replace("[line]", "[order.closed]\nstatus = \"{orders.state|map:state}\"\n\n[line]");
        let maps = format!("[maps.state]\npaid = \"\"\ngone = \"closed\"\n\"*\" = {others:?}\n\n[order]");
        fs::write(folder.path().join("pool.toml"), with.replace("[order]", &maps)).expect("written");
        let ended = run(folder.path(), &["pool", "--mapping", "pool.toml", "--out", "out", "export"]);
        assert_eq!(ended.code, Some(code), "{ended:?}");
        assert!(ended.out.contains("unknown states        冻结 1 (state): count as open"), "{}", ended.out);
        assert_eq!(ended.out.contains("name the unknown states in [maps]"), code == 3, "{}", ended.out);
        let summary = fs::read_to_string(folder.path().join("out/summary.json")).expect("it was written");
        let summary: serde_json::Value = serde_json::from_str(&summary).expect("it is JSON");
        let told = &summary["inputs"]["unknown_states"];
        assert_eq!(told["words"][0]["word"], "冻结", "{told}");
        assert_eq!(
            (&told["words"][0]["count"], told["in_question"].as_bool()),
            (&1.into(), Some(code == 3)),
            "{told}"
        );
    }
}
