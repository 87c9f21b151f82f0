//! The page's card about the play that a reader asked for.

use super::told::{Page, SECOND, told};
use super::words::Lang;
use crate::reward::proof::{Again, Said, Shown};
use maud::{Markup, html};

/// What is said of the number.
pub fn card(page: Page<'_>, said: &Said) -> Markup {
    let lang = page.asked.lang;
    let asked = page.asked.reward.as_deref().unwrap_or_default();
    html! {
        section {
            div.t3.sm { (lang.say("奖励编号 ", "Reward ")) bdi { (asked) } }
            @match said {
                Said::Foreign => {
                    div.big { (lang.say("不是本活动的抽奖", "Not of this draw")) }
                    p.alert.er {
                        (lang.say(
                            "本活动没有这个编号。请核对编号；如果店铺说它属于本活动，请截图并联系平台。",
                            "This draw has no such number. Look at it again; if the shop says that it belongs here, keep a picture and ask the platform.",
                        ))
                    }
                },
                Said::Waiting => {
                    div.big { (lang.say("还没有抽", "Not played yet")) }
                    p.t2.mt { (lang.say("是本活动的机会。抽过之后，这里会显示结果与凭证。", "It is a chance of this draw. Once it is played, its result and proof are shown here.")) }
                },
                Said::Lapsed => {
                    div.big { (lang.say("已过期", "Lapsed")) }
                    p.t2.mt { (lang.say("是本活动的机会，在期限内没有抽取，已失效。", "It was a chance of this draw, and was not played in time.")) }
                },
                Said::Void => {
                    div.big { (lang.say("已作废", "Void")) }
                    p.t2.mt { (lang.say("是本活动的机会，在抽取之前因订单未付或已退款而作废。", "It was a chance of this draw, and became void before it was played, as its order was not paid any more.")) }
                },
                Said::Played(shown) => (played(page, shown)),
            }
        }
    }
}

fn played(page: Page<'_>, shown: &Shown) -> Markup {
    let (lang, play) = (page.asked.lang, &shown.play);
    html! {
        div.big.red { bdi { (shown.prize) } }
        p.t2.sm {
            (lang.say("本活动第 ", "Play ")) (play.n) (lang.say(" 次抽取 · ", " of this draw · "))
            (told(&page.shop.time_zone, shown.drawn_at, SECOND))
        }
        @if shown.is_void {
            p.alert {
                (lang.say("奖品已随订单作废；这次抽取仍在链上。", "The prize became void with its order; the play stays in the chain."))
            }
        }
        dl {
            dt { (lang.say("机会", "Chance")) } dd { code.hx { (play.chance) } }
            dt { (lang.say("支付凭据", "Entropy")) } dd { code.hx { (play.entropy) } }
            dt { (lang.say("抽出的数", "Number")) } dd { code.hx { "r = " (play.r) } }
            dt { (lang.say("奖品编号", "Prize")) } dd { code.hx { (play.prize_id) } }
            dt { (lang.say("其后链头", "Head after it")) } dd { code.hx { (play.hash) } }
        }
        @match &shown.again {
            Some(again) => (recomputed(lang, again)),
            None => p.t3.sm.mt {
                (lang.say(
                    "活动结束、种子公布之后，可以在这里用您自己的设备重算这一次。",
                    "After the end, when the seed is revealed, this play can be made again here, on your own device.",
                ))
            },
        }
    }
}

/// What the script fills in, with all that it needs.
fn recomputed(lang: Lang, again: &Again) -> Markup {
    let asked = serde_json::to_string(again).unwrap_or_else(|error| unreachable!("it is only text: {error}"));
    let parts = [
        (
            "seed",
            lang.say("种子就是开始前公布了摘要的那一个", "The seed is the one whose hash was published"),
            lang.say("种子与开始前公布的摘要不符", "The seed does not fit the hash that was published"),
        ),
        (
            "number",
            lang.say("抽出的数一致", "The number is the same"),
            lang.say("抽出的数不一致", "The number is another"),
        ),
        (
            "prize",
            lang.say("奖品一致", "The prize is the same"),
            lang.say("奖品不一致", "The prize is another"),
        ),
        (
            "chain",
            lang.say("在链上，前后相接", "It is linked to the play before"),
            lang.say("与前一次接不上", "It is not linked to the play before"),
        ),
    ];
    html! {
        div.mt data-asked=(asked) {
            h2 { (lang.say("在这台设备上重算", "Made again on this device")) }
            noscript {
                p.t2.sm { (lang.say("没有开启脚本。用上面的数字和已公布的种子，按公开的算法也能验算。", "Scripts are off. The numbers above and the seed can be checked by the published arithmetic as well.")) }
            }
            ul.stp hidden {
                @for (part, holds, differs) in parts { li data-part=(part) data-differs=(differs) { (holds) } }
            }
            p.alert.ok role="status" data-says="same" hidden { (lang.say("重算一致：结果就是这个。", "It comes to the same.")) }
            p.alert.er role="status" data-says="differs" hidden { (lang.say("对不上。请截图，联系店铺，或把记录交给平台核对。", "It does not match. Keep a picture, and ask the shop or the platform.")) }
            p.alert role="status" data-says="unable" hidden { (lang.say("这个浏览器在此处不能计算（需要 https）。", "This browser cannot compute here (it needs https).")) }
        }
    }
}
