//! `WeChat`'s codes of `stable_token` and `subscribe/send`, and what to do about each.

use super::super::codes::Act::{self, Later, Refuse, Unknown};
use super::super::codes::{ChargesFailed, Table, rows};
use super::super::outcome::Class::{Access, AccountCap, Content, Person, Template, Throttled, Transient};
use super::super::outcome::Person::{GrantSpent, Unreachable};
use super::super::outcome::Window::{Day, Minute, Schedule};

const MEND: Act = Later(Access, Schedule);

/// The table. It charges nothing at all: what is given back is nothing.
pub const TABLE: Table = Table {
    provider: "wechat",
    charges_failed: ChargesFailed { in_china: false, abroad: false },
    rows: rows! {
        // The grant and the person (A-S2-20).
        "43101" => Refuse(Person(GrantSpent)),
            "用户没有订阅，或订阅次数已用完", "the customer has let no message through";
        "40003" => Refuse(Person(Unreachable)),
            "openid 有误，或不属于这个小程序", "the openid is none of this mini-program";
        // The template.
        "40037" => Refuse(Template),
            "模板编号有误", "there is no such template";
        "43107" => Refuse(Template),
            "订阅消息能力已被封禁", "subscription messages are banned";
        "43116" => Refuse(Template),
            "模板已被封禁或删除", "the template is banned or gone";
        "48001" => MEND,
            "小程序没有这个接口的权限", "the mini-program may not do this";
        // Its values: the words name `data.x.value`.
        "47003" => Refuse(Content),
            "模板参数的值不符合其类型", "a value is not of its key's type";
        "45168" => Refuse(Content),
            "内容含有敏感词", "there is a forbidden word in it";
        "44990" => Later(Transient, Minute),
            "发送过快", "too many at once";
        // One person had the template often enough today.
        "40038" => Later(Throttled, Day),
            "该用户当天收到的该模板消息已达上限", "this customer had this template often enough today";
        // Calls a day, and a minute.
        "45009" => Later(AccountCap, Schedule),
            "接口调用已达日上限", "the cap of calls a day is reached";
        "45011" => Later(Transient, Minute),
            "接口调用过于频繁", "too many calls within a minute";
        // Two at once for one person.
        "43108" => Later(Transient, Schedule),
            "同一用户的消息正在并发下发", "another message to this customer is under way";
        // The app, its secret, our address. A token that is refused even when it is new is one of these.
        "40001" => MEND,
            "AppSecret 有误，或令牌无效", "the AppSecret is wrong, or the token is not good";
        "40013" => MEND,
            "AppID 有误", "there is no such AppID";
        "40014" => MEND,
            "令牌无效", "the token is not good";
        "40125" => MEND,
            "AppSecret 有误", "the AppSecret is wrong";
        "40164" => MEND,
            "本机地址不在 IP 白名单中", "this machine's address is not on the list of addresses";
        "40243" => MEND,
            "AppSecret 已冻结", "the AppSecret is frozen";
        "41002" => MEND,
            "缺少 AppID", "the AppID is missing";
        "41004" => MEND,
            "缺少 AppSecret", "the AppSecret is missing";
        "42001" => MEND,
            "令牌已过期", "the token has expired";
        "50002" => MEND,
            "小程序接口受限", "the mini-program's interfaces are limited";
        "50007" => MEND,
            "小程序账号已冻结", "the mini-program is frozen";
        "89503" => MEND,
            "本机地址等待管理员确认", "this machine's address waits for an administrator's word";
        "89506" => MEND,
            "本机地址被管理员拒绝，24 小时内不能再用", "an administrator refused this machine's address twice";
        "89507" => MEND,
            "本机地址被管理员拒绝，一小时内不能再用", "an administrator refused this machine's address";
        // `WeChat` is busy, and does not say whether it took it.
        "-1" => Unknown,
            "微信系统繁忙，不知道是否已发出", "WeChat is busy: nobody knows whether it was sent";
    },
};
