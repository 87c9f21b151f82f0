//! What every page of a draw has around it, and the pages that have nothing else.

use super::words::Lang;
use maud::{DOCTYPE, Markup, html};

/// A page. The links of languages lead to what was asked.
pub fn page(lang: Lang, title: &str, other: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="../style.css";
                script type="module" src="../check.js" {}
            }
            body {
                header.bar {
                    h1 { (lang.say("抽奖公示与核对", "Prize draw: notice and check")) }
                    a href=(other) lang=(lang.other().tag()) { (lang.say("English", "中文")) }
                }
                main { (body) }
            }
        }
    }
}

/// The address of a page in a language, seen from the page.
pub fn address(lang: Lang, reward: Option<&str>) -> String {
    let digits = |letter: &u8| match *letter {
        plain @ (b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.') => {
            char::from(plain).to_string()
        }
        other => format!("%{other:02X}"),
    };
    let reward =
        reward.map(|reward| format!("&reward={}", reward.as_bytes().iter().map(digits).collect::<String>()));
    format!("?lang={}{}", lang.name(), reward.unwrap_or_default())
}

fn said(lang: Lang, title: &str, text: &str) -> Markup {
    let body = html! { section { h2 { (title) } p.t2.mt { (text) } } };
    page(lang, title, &address(lang.other(), None), &body)
}

/// There is no such draw, or it is not public.
pub fn missing(lang: Lang) -> Markup {
    let title = lang.say("没有这个抽奖活动", "There is no such draw");
    let text = lang.say(
        "地址可能不完整，或活动没有公开。请向店铺确认链接。",
        "The address may be incomplete, or the draw is not public. Ask the shop for the link.",
    );
    said(lang, title, text)
}

/// It cannot be shown now.
pub fn broken(lang: Lang, code: &str) -> Markup {
    let title = lang.say("现在打不开", "It cannot be shown now");
    let text = lang.say("没有任何内容被改动，请过一会儿再看。", "Nothing was changed. Try again in a while.");
    said(lang, title, &format!("{text} ({code})"))
}
