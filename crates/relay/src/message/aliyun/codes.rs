//! Aliyun's codes (<https://help.aliyun.com/document_detail/101346.html>), and what to do about each.

use super::super::codes::Act::{self, Later, Refuse, Unknown};
use super::super::codes::{ChargesFailed, Table, rows};
use super::super::outcome::Class::{
    Access, AccountCap, Content, Money, Person, Template, Throttled, Transient,
};
use super::super::outcome::Person::{OptedOut, Unreachable};
use super::super::outcome::Window::{Day, Hour, Minute, Schedule};

const MEND: Act = Later(Access, Schedule);
const EMPTY: Act = Later(Money, Schedule);
const CAP: Act = Later(AccountCap, Schedule);

/// The table. In China it charges by the carrier's report, abroad for what it took.
pub const TABLE: Table = Table {
    provider: "aliyun",
    charges_failed: ChargesFailed { in_china: false, abroad: true },
    rows: rows! {
        // Flow control of one number; the words name the window.
        "isv.BUSINESS_LIMIT_CONTROL" saying "分钟级" => Later(Throttled, Minute),
            "该号码一分钟内发送过多", "too many to this number within a minute";
        "isv.BUSINESS_LIMIT_CONTROL" saying "小时级" => Later(Throttled, Hour),
            "该号码一小时内发送过多", "too many to this number within an hour";
        "isv.BUSINESS_LIMIT_CONTROL" saying "天级" => Later(Throttled, Day),
            "该号码一天内发送过多", "too many to this number within a day";
        "isv.BUSINESS_LIMIT_CONTROL" => Later(Throttled, Hour),
            "该号码发送过于频繁", "too many to this number";
        "VALVE:M_MC" => Later(Throttled, Minute),
            "该号码一分钟内发送过多", "too many to this number within a minute";
        "VALVE:H_MC" => Later(Throttled, Hour),
            "该号码一小时内发送过多", "too many to this number within an hour";
        "VALVE:D_MC" => Later(Throttled, Day),
            "该号码一天内发送过多", "too many to this number within a day";
        // Caps that the account set itself, and requests a second.
        "isv.DAY_LIMIT_CONTROL" => CAP,
            "已达账户自设的日发送上限", "the cap of a day that your account has set is reached";
        "isv.MONTH_LIMIT_CONTROL" => CAP,
            "已达账户自设的月发送上限", "the cap of a month that your account has set is reached";
        "Throttling" => Later(Transient, Minute),
            "请求过于频繁", "too many requests";
        // Money.
        "isv.AMOUNT_NOT_ENOUGH" => EMPTY,
            "账户余额不足", "your balance is used up";
        "isv.OUT_OF_SERVICE" => EMPTY,
            "账户欠费停机", "the service stopped because the account owes money";
        // The account, its key, its rights, our address, our clock.
        "isv.ACCOUNT_ABNORMAL" => MEND,
            "账户异常", "there is something wrong with your account";
        "isv.ACCOUNT_NOT_EXISTS" => MEND,
            "账户不存在", "there is no such account";
        "isv.DENY_IP_RANGE" => MEND,
            "来源地址不在允许范围内", "requests may not come from this address";
        "isv.PRODUCT_UN_SUBSCRIPT" => MEND,
            "未开通短信服务", "the SMS service is not opened";
        "isv.PRODUCT_UNSUBSCRIBE" => MEND,
            "未开通短信服务", "the SMS service is not opened";
        "isp.RAM_PERMISSION_DENY" => MEND,
            "密钥没有短信权限（RAM）", "the key may not send SMS (RAM)";
        "Forbidden" => MEND,
            "密钥没有权限", "the key may not do this";
        "NoPermission" => MEND,
            "密钥没有权限", "the key may not do this";
        "InvalidAccessKeyId" => MEND,
            "AccessKey ID 不存在或已停用", "the AccessKey ID does not exist or is off";
        "IncompleteSignature" => MEND,
            "请求签名不完整，请检查密钥", "the signature is incomplete: look at the key";
        "SignatureDoesNotMatch" => MEND,
            "请求签名不符，AccessKey Secret 有误", "the signature does not fit: the AccessKey Secret is wrong";
        "InvalidTimeStamp" => MEND,
            "请求时间有误，请校准本机时钟", "the time does not fit: set this machine's clock";
        "InvalidVersion" => MEND,
            "接口版本有误，请检查 endpoint", "there is no such version: look at the endpoint";
        "InvalidAction" => MEND,
            "没有这个接口，请检查 endpoint", "there is no such action: look at the endpoint";
        // Signature and template.
        "isv.SMS_SIGNATURE_SCENE_ILLEGAL" => Refuse(Template),
            "签名与短信类型不符", "the signature is not for this kind of message";
        "isv.SMS_SIGNATURE_ILLEGAL" => Refuse(Template),
            "签名不存在或未通过审核", "the signature does not exist or is not approved";
        "isv.SMS_SIGN_ILLEGAL" => Refuse(Template),
            "签名不合法", "the signature is not allowed";
        "isv.SIGN_STATE_ILLEGAL" => Refuse(Template),
            "签名状态不可用", "the signature cannot be used now";
        "isv.SMS_TEMPLATE_ILLEGAL" => Refuse(Template),
            "模板不存在或未通过审核", "the template does not exist or is not approved";
        "isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE" => Refuse(Template),
            "内容与模板类型不符", "the text does not go with the template's type";
        "isv.TEMPLATE_MISSING_PARAMETERS" => Refuse(Template),
            "缺少模板变量", "a variable of the template is missing";
        "isv.EXTEND_CODE_ERROR" => Refuse(Template),
            "扩展码有误：同一扩展码用于不同签名", "the extension code belongs to another signature";
        "isv.DOMESTIC_NUMBER_NOT_SUPPORTED" => Refuse(Template),
            "国际模板不能发往国内号码", "a template for abroad does not go to numbers in China";
        // The person.
        "isv.MOBILE_NUMBER_ILLEGAL" => Refuse(Person(Unreachable)),
            "号码有误", "the number is none";
        "isv.CUSTOMER_REFUSED" => Refuse(Person(OptedOut)),
            "用户已退订推广短信", "the customer opted out of offers";
        // The text and its values. What is called a black list there is one of words.
        "isv.BLACK_KEY_CONTROL_LIMIT" => Refuse(Content),
            "内容含有黑名单词语", "there is a word of a black list in it";
        "isv.SMS_CONTENT_ILLEGAL" => Refuse(Content),
            "内容含有违禁词语", "there is a forbidden word in it";
        "isv.UNSUPPORTED_CONTENT" => Refuse(Content),
            "含有不支持的字符（如繁体字、表情）", "there are signs in it that are not supported";
        "isv.TEMPLATE_PARAMS_ILLEGAL" => Refuse(Content),
            "变量的值不符合该变量的类型", "a value is not of its variable's type";
        "isv.PARAM_LENGTH_LIMIT" => Refuse(Content),
            "变量的值过长", "a value is too long";
        "isv.PARAM_NOT_SUPPORT_URL" => Refuse(Content),
            "变量的值中不能有链接", "a value may not hold a link";
        "isv.INVALID_JSON_PARAM" => Refuse(Content),
            "变量不是合法的 JSON", "the values are no JSON";
        "isv.INVALID_PARAMETERS" => Refuse(Content),
            "请求参数有误", "something of the request is wrong";
        "isv.MOBILE_COUNT_OVER_LIMIT" => Refuse(Content),
            "一次请求的号码过多", "too many numbers in one request";
        // Their own faults, and a request that they saw before: the first of it may have been taken.
        "isp" => Unknown,
            "服务商系统错误，不知道是否已发出", "a fault at the provider: nobody knows whether it was sent";
        "InternalError" => Unknown,
            "服务商系统错误，不知道是否已发出", "a fault at the provider: nobody knows whether it was sent";
        "SignatureNonceUsed" => Unknown,
            "请求重复，前一次可能已发出", "a request that was seen before: the first may have been sent";
        "ServiceUnavailable" => Later(Transient, Schedule),
            "服务暂时不可用", "the service cannot be used for the moment";
    },
};
