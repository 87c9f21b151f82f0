//! A mail server's 5xx answers (RFC 5321, RFC 4954), and what to do about each. Its 4xx are all for later.

use super::super::codes::Act::{self, Later, Refuse};
use super::super::codes::{ChargesFailed, Table, rows};
use super::super::outcome::Class::{Access, Content, Person};
use super::super::outcome::Person::Unreachable;
use super::super::outcome::Window::Schedule;

const MEND: Act = Later(Access, Schedule);
const NOBODY: Act = Refuse(Person(Unreachable));

/// The table. Nobody is charged for mail.
pub const TABLE: Table = Table {
    provider: "smtp",
    charges_failed: ChargesFailed { in_china: false, abroad: false },
    rows: rows! {
        "454" => MEND,
            "暂时无法登录或加密", "logging in or encryption does not work for the moment";
        "530" => MEND,
            "需要登录或加密", "the server wants a login, or encryption";
        "534" => MEND,
            "登录方式不够安全", "the server wants a stronger login";
        "535" => MEND,
            "用户名或密码有误", "user or password is wrong";
        "538" => MEND,
            "登录需要先加密", "the server wants encryption before the login";
        "550" => NOBODY,
            "没有这个邮箱，或拒绝接收", "there is no such mailbox, or it takes nothing from you";
        "551" => NOBODY,
            "收件人不在这台服务器", "the mailbox is elsewhere";
        "553" => NOBODY,
            "邮箱地址不被接受", "the server does not take this address";
        "552" => Refuse(Content),
            "邮件过大或邮箱已满", "the mail is too large, or the mailbox is full";
        "554" => Refuse(Content),
            "服务器拒绝这封邮件", "the server does not take this mail";
    },
};
