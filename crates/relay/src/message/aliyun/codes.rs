//! Aliyun's codes (<https://help.aliyun.com/document_detail/101346.html>), and what to do about each.

use super::super::codes::Act::{self, Later, Refuse, Unknown};
use super::super::codes::{Row, row, saying};
use super::super::outcome::Class::{
    Access, AccountCap, Content, Money, Person, Template, Throttled, Transient,
};
use super::super::outcome::Person::{OptedOut, Unreachable};
use super::super::outcome::Window::{Day, Hour, Minute, Schedule};

const MEND: Act = Later(Access, Schedule);
const EMPTY: Act = Later(Money, Schedule);

/// The table.
pub const CODES: &[Row] = &[
    // Flow control of one number; the words name the window.
    saying("isv.BUSINESS_LIMIT_CONTROL", "分钟级", Later(Throttled, Minute)),
    saying("isv.BUSINESS_LIMIT_CONTROL", "小时级", Later(Throttled, Hour)),
    saying("isv.BUSINESS_LIMIT_CONTROL", "天级", Later(Throttled, Day)),
    row("isv.BUSINESS_LIMIT_CONTROL", Later(Throttled, Hour)),
    row("VALVE:M_MC", Later(Throttled, Minute)),
    row("VALVE:H_MC", Later(Throttled, Hour)),
    row("VALVE:D_MC", Later(Throttled, Day)),
    // Caps that the account set itself, and requests a second.
    row("isv.DAY_LIMIT_CONTROL", Later(AccountCap, Schedule)),
    row("isv.MONTH_LIMIT_CONTROL", Later(AccountCap, Schedule)),
    row("Throttling", Later(Transient, Minute)),
    // Money.
    row("isv.AMOUNT_NOT_ENOUGH", EMPTY),
    row("isv.OUT_OF_SERVICE", EMPTY),
    // The account, its key, its rights, our address, our clock.
    row("isv.ACCOUNT_ABNORMAL", MEND),
    row("isv.ACCOUNT_NOT_EXISTS", MEND),
    row("isv.DENY_IP_RANGE", MEND),
    row("isv.PRODUCT_UN_SUBSCRIPT", MEND),
    row("isv.PRODUCT_UNSUBSCRIBE", MEND),
    row("isp.RAM_PERMISSION_DENY", MEND),
    row("Forbidden", MEND),
    row("NoPermission", MEND),
    row("InvalidAccessKeyId", MEND),
    row("IncompleteSignature", MEND),
    row("SignatureDoesNotMatch", MEND),
    row("InvalidTimeStamp", MEND),
    row("InvalidVersion", MEND),
    row("InvalidAction", MEND),
    // Signature and template.
    row("isv.SMS_SIGNATURE_SCENE_ILLEGAL", Refuse(Template)),
    row("isv.SMS_SIGNATURE_ILLEGAL", Refuse(Template)),
    row("isv.SMS_SIGN_ILLEGAL", Refuse(Template)),
    row("isv.SIGN_STATE_ILLEGAL", Refuse(Template)),
    row("isv.SMS_TEMPLATE_ILLEGAL", Refuse(Template)),
    row("isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE", Refuse(Template)),
    row("isv.TEMPLATE_MISSING_PARAMETERS", Refuse(Template)),
    row("isv.EXTEND_CODE_ERROR", Refuse(Template)),
    row("isv.DOMESTIC_NUMBER_NOT_SUPPORTED", Refuse(Template)),
    // The person.
    row("isv.MOBILE_NUMBER_ILLEGAL", Refuse(Person(Unreachable))),
    row("isv.CUSTOMER_REFUSED", Refuse(Person(OptedOut))),
    // The text and its values. What is called a black list there is one of words.
    row("isv.BLACK_KEY_CONTROL_LIMIT", Refuse(Content)),
    row("isv.SMS_CONTENT_ILLEGAL", Refuse(Content)),
    row("isv.UNSUPPORTED_CONTENT", Refuse(Content)),
    row("isv.TEMPLATE_PARAMS_ILLEGAL", Refuse(Content)),
    row("isv.PARAM_LENGTH_LIMIT", Refuse(Content)),
    row("isv.PARAM_NOT_SUPPORT_URL", Refuse(Content)),
    row("isv.INVALID_JSON_PARAM", Refuse(Content)),
    row("isv.INVALID_PARAMETERS", Refuse(Content)),
    row("isv.MOBILE_COUNT_OVER_LIMIT", Refuse(Content)),
    // Their own faults, and a request that they saw before: the first of it may have been taken.
    row("isp", Unknown),
    row("InternalError", Unknown),
    row("SignatureNonceUsed", Unknown),
    row("ServiceUnavailable", Later(Transient, Schedule)),
];
