//! The page's cards about the whole draw.

use super::frame::{self, address};
use super::play;
use super::told::{MINUTE, Page, SECOND, told};
use super::words::{Asked, Lang};
use crate::reward::draw::{DrawPrizeView, DrawView, WinnerView};
use crate::reward::found::Found;
use ::draw::{Kind, Mode};
use domain::{Instant, time::Zone};
use maud::{Markup, html};
use money::Money;
use visible::clean;

/// The page. `None` of a draw without a notice, which there is none of.
pub fn page(page: Page<'_>) -> Option<Markup> {
    let Page { shop, found, said, asked, now } = page;
    let lang = asked.lang;
    let view = DrawView::new(shop, found, now)?;
    let body = html! {
        (about(page, &view))
        @if let Some(said) = said { (play::card(page, said)) }
        (prizes(page, &view))
        (form(asked))
        (proof(lang, &view))
        (winners(page, &view.winners_over_500))
        section {
            h2 { (lang.say("活动公示", "Notice")) }
            pre.notice lang="zh-CN" dir="auto" { (view.notice) }
        }
    };
    let title = format!("{} · {}", view.name, clean(&shop.name));
    Some(frame::page(lang, &title, &address(lang.other(), asked.reward.as_deref()), &body))
}

/// An end, which is the first moment that lies behind: a day ends at 24:00.
fn end(zone: &Zone, at: Instant) -> String {
    let text = told(zone, at, MINUTE);
    match text.strip_suffix("00:00") {
        Some(_) => format!("{} 24:00", told(zone, at.plus_minutes(-1), 10)),
        None => text,
    }
}

fn about(Page { shop, found, asked, now, .. }: Page<'_>, view: &DrawView) -> Markup {
    let (lang, zone, about) = (asked.lang, &shop.time_zone, &found.about);
    let (state, class) = if now >= about.ends_at {
        (lang.say("已结束", "Ended"), "tag")
    } else if found.closed_early().is_some_and(|at| at <= now) {
        (lang.say("已提前关闭", "Closed early"), "tag")
    } else if now < about.starts_at {
        (lang.say("待开始", "Not started"), "tag")
    } else if found.rests.paused_at.is_some() {
        (lang.say("暂停中", "Paused"), "tag")
    } else {
        (lang.say("进行中", "Running"), "tag run")
    };
    html! {
        section {
            div.t2.sm { bdi { (clean(&shop.name)) } }
            div.big { bdi { (view.name) } span class=(class) { (state) } }
            div.t3.sm {
                (told(zone, about.starts_at, MINUTE)) " " (lang.say("至", "to")) " " (end(zone, about.ends_at))
                " (UTC" (zone.format(now).get(SECOND..).map_or("", offset)) ")"
            }
            (stops(lang, zone, found))
        }
    }
}

/// When orders got no chance, though the notice tells a longer time.
fn stops(lang: Lang, zone: &Zone, found: &Found) -> Markup {
    html! {
        @for (from, until) in &found.rests.all {
            p.alert {
                @match until {
                    Some(until) => {
                        (lang.say("曾暂停：", "It was paused from ")) (told(zone, *from, SECOND)) (lang.say(" 至 ", " to "))
                        (told(zone, *until, SECOND)) (lang.say("，期间付款的订单没有机会。", ": orders paid then got no chance."))
                    },
                    None => {
                        (lang.say("自 ", "Paused since ")) (told(zone, *from, SECOND))
                        (lang.say(" 起暂停：此后付款的订单暂无机会，已有的机会仍可使用。", ": orders paid from then on get no chance for now. Chances that were given can be played."))
                    },
                }
            }
        }
        @if let Some(at) = found.closed_early() {
            p.alert {
                (lang.say("店铺于 ", "The shop closed it on ")) (told(zone, at, SECOND))
                (lang.say(" 提前关闭：此后付款的订单没有机会，已有的机会在原定期限内仍可使用。", ": orders paid from then on get no chance. Chances that were given can be played as the notice says."))
            }
        }
    }
}

/// The offset at the end of a moment, behind any part of a second.
fn offset(text: &str) -> &str {
    text.find(['+', '-', 'Z']).and_then(|at| text.get(at..)).unwrap_or_default()
}

/// Digits in threes: `1,234.00`. Neither counts nor prices are below zero.
pub fn threes(digits: &str) -> String {
    let whole = digits.find('.').unwrap_or(digits.len());
    let comma = |at: usize| at > 0 && at < whole && (whole - at).is_multiple_of(3);
    digits
        .char_indices()
        .flat_map(|(at, digit)| comma(at).then_some(',').into_iter().chain([digit]))
        .collect()
}

fn count(count: u64) -> String {
    threes(&count.to_string())
}

/// An amount as people of the shop write it.
pub fn amount(Page { shop, asked, .. }: Page<'_>, minor: i64) -> String {
    let digits = shop.money().digits(Money::from_minor(minor));
    format!("{} {}", threes(&digits), asked.lang.say("元", "yuan"))
}

fn kind(lang: Lang, kind: Kind) -> &'static str {
    match kind {
        Kind::Coupon => lang.say("优惠券", "coupon"),
        Kind::Goods => lang.say("实物", "goods"),
        Kind::Points => lang.say("积分", "points"),
        Kind::Nothing => lang.say("未中奖", "no prize"),
    }
}

/// Parts of a million, exactly.
fn odds(parts: u32) -> String {
    format!("{}.{:04}%", parts / 10_000, parts % 10_000)
}

fn prizes(page: Page<'_>, view: &DrawView) -> Markup {
    let lang = page.asked.lang;
    let by_odds = view.mode == Mode::Odds;
    let row = |prize: &DrawPrizeView| {
        let name =
            |id: &str| view.prizes.iter().find(|other| other.prize_id == id).map(|other| other.name.clone());
        let next = prize.fallback.as_deref().and_then(name);
        let endless = || lang.say("不限", "no limit").to_owned();
        html! {
            tr {
                td {
                    bdi { (prize.name) }
                    span.s {
                        (kind(lang, prize.kind))
                        @if prize.value > 0 { " · " (amount(page, prize.value)) }
                        @if let Some(next) = next { " · " (lang.say("发完改发 ", "once gone: ")) bdi { (next) } }
                    }
                }
                @if by_odds { td.num { (prize.odds.map(odds).unwrap_or_default()) } }
                td.num { (prize.stock.map_or_else(endless, count)) }
                td.num { (prize.left.map_or_else(endless, count)) }
            }
        }
    };
    html! {
        section.tb {
            h2 { (lang.say("奖品与剩余", "Prizes, and what is left")) }
            table {
                thead {
                    tr {
                        th scope="col" { (lang.say("奖品", "Prize")) }
                        @if by_odds { th.num scope="col" { (lang.say("概率", "Odds")) } }
                        th.num scope="col" { @if by_odds { (lang.say("一共", "In all")) } @else { (lang.say("签数", "Tickets")) } }
                        th.num scope="col" { (lang.say("还剩", "Left")) }
                    }
                }
                tbody { @for prize in &view.prizes { (row(prize)) } }
                @if !by_odds { (sum(lang, view)) }
            }
        }
    }
}

/// An urn's tickets in all.
fn sum(lang: Lang, view: &DrawView) -> Markup {
    let all = |of: fn(&DrawPrizeView) -> Option<u64>| view.prizes.iter().filter_map(of).sum::<u64>();
    html! {
        tfoot {
            tr {
                td { (lang.say("合计", "Total")) }
                td.num { (count(all(|prize| prize.stock))) }
                td.num { (count(all(|prize| prize.left))) }
            }
        }
    }
}

fn proof(lang: Lang, view: &DrawView) -> Markup {
    let hash = |name: &str, text: &str| html! { dt { (name) } dd { code.hx { (text) } } };
    html! {
        section {
            h2 { (lang.say("凭证", "What proves it")) }
            p.t2.sm.mt {
                (lang.say(
                    "种子的摘要在开始前公布，每次抽取都接在前一次之后。记下链头，之前的任何一次就不能再改动。",
                    "The seed's hash was published before the start, and every play is chained to the one before. Note the head, and nothing before it can be changed unseen.",
                ))
            }
            dl {
                dt { (lang.say("已抽次数", "Plays")) } dd { (count(view.plays)) }
                (hash(lang.say("链头", "Chain head"), &view.chain_head.to_string()))
                (hash(lang.say("种子摘要", "Seed's hash"), &view.commit.to_string()))
                (hash(lang.say("公示摘要", "Notice's hash"), &view.notice_hash.to_string()))
                @if let Some(round) = view.beacon_round {
                    dt { (lang.say("公开信标", "Beacon")) }
                    dd {
                        "drand quicknet, " (lang.say("轮次 ", "round ")) (round)
                        @match view.beacon_randomness {
                            Some(randomness) => code.hx { (randomness) },
                            None => span.t3 { " " (lang.say("（尚未公布）", "(not yet known)")) },
                        }
                    }
                }
                @match &view.revealed_seed {
                    Some(seed) => (hash(lang.say("种子", "Seed"), seed)),
                    None => {
                        dt { (lang.say("种子", "Seed")) }
                        dd.t3 {
                            (lang.say(
                                "活动结束后公布。现在公布，就能算出后面的结果。",
                                "Revealed after the end. Now it would tell what is still to come.",
                            ))
                        }
                    }
                }
            }
        }
    }
}

fn winners(page: Page<'_>, winners: &[WinnerView]) -> Markup {
    let lang = page.asked.lang;
    html! {
        @if !winners.is_empty() {
            section.tb {
                h2 { (lang.say("500 元以上的中奖者", "Winners above 500 yuan")) }
                table {
                    tbody {
                        @for winner in winners {
                            tr {
                                td {
                                    bdi { (winner.customer) }
                                    span.s { (lang.say("第 ", "play ")) (winner.n) (lang.say(" 次抽取", "")) }
                                }
                                td { bdi { (winner.name) } span.s { (amount(page, winner.value)) } }
                                td.num.t3 { (winner.at.get(5..MINUTE).unwrap_or(&winner.at).replace('T', " ")) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn form(asked: &Asked) -> Markup {
    let lang = asked.lang;
    html! {
        section {
            h2 { (lang.say("核对一次抽奖", "Check a play")) }
            form method="get" {
                label.sm.t2 for="reward" { (lang.say("奖励编号，见订单的抽奖结果", "The reward's number, from the order")) }
                div.row {
                    input id="reward" name="reward" placeholder="rw_…" autocomplete="off" required maxlength="200" value=[asked.reward.as_deref()];
                    input type="hidden" name="lang" value=(lang.name());
                    button { (lang.say("核对", "Check")) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_threes() {
        for (digits, shown) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("1234567.00", "1,234,567.00"),
            ("100.00", "100.00"),
        ] {
            assert_eq!(threes(digits), shown);
        }
    }

    #[test]
    fn a_day_ends_at_24() {
        let zone = Zone::shanghai();
        for (at, shown) in [
            ("2030-07-01T00:00:00+08:00", "2030-06-30 24:00"),
            ("2030-07-01T00:01:00+08:00", "2030-07-01 00:01"),
            ("2030-06-30T20:00:00+08:00", "2030-06-30 20:00"),
        ] {
            assert_eq!(end(&zone, Instant::parse(at).expect("a moment")), shown);
        }
    }
}
