//! Tencent Cloud's codes (<https://cloud.tencent.com/document/api/382/59177> and 52075), and what to do about each. The part
//! before the full stop is a family; its row holds for what is not listed.

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
const NO_TEMPLATE: Act = Refuse(Template);
const NO_PERSON: Act = Refuse(Person(Unreachable));

/// The table. It charges for all that it handed to a carrier.
pub const TABLE: Table = Table {
    provider: "tencent",
    charges_failed: ChargesFailed::ALWAYS,
    rows: rows! {
        // One number has had enough.
        "LimitExceeded.PhoneNumberThirtySecondLimit" => Later(Throttled, Minute),
            "该号码 30 秒内发送过多", "too many to this number within 30 seconds";
        "LimitExceeded.PhoneNumberOneHourLimit" => Later(Throttled, Hour),
            "该号码一小时内发送过多", "too many to this number within an hour";
        "LimitExceeded.PhoneNumberDailyLimit" => Later(Throttled, Day),
            "该号码当天发送过多", "too many to this number today";
        "LimitExceeded.PhoneNumberSameContentDailyLimit" => Later(Throttled, Day),
            "相同内容当天发给该号码过多", "the same text went to this number too often today";
        "LimitExceeded.DeliveryFrequencyLimit" => Later(Throttled, Hour),
            "该号码触发频率限制", "too many to this number";
        "LimitExceeded" => Later(Throttled, Hour),
            "超出限制", "a limit is reached";
        "FailedOperation.MarketingSendTimeConstraint" => Later(Throttled, Hour),
            "营销短信只能在 8 点至 22 点发送", "offers go out from 8:00 to 22:00 only";
        // The application's own caps, and requests a second.
        "LimitExceeded.AppDailyLimit" => CAP,
            "应用已达日发送上限", "the application's cap of a day is reached";
        "LimitExceeded.AppMainlandChinaDailyLimit" => CAP,
            "应用已达国内短信日发送上限", "the application's cap of a day in China is reached";
        "LimitExceeded.AppGlobalDailyLimit" => CAP,
            "应用已达国际短信日发送上限", "the application's cap of a day abroad is reached";
        "LimitExceeded.AppCountryOrRegionDailyLimit" => CAP,
            "应用已达该国家或地区的日发送上限", "the application's cap of a day for this country is reached";
        "LimitExceeded.DailyLimit" => CAP,
            "已达日发送上限", "the cap of a day is reached";
        "LimitExceeded.GlobalSmsSendingRateLimit" => Later(Transient, Minute),
            "国际短信发送过快", "too many abroad at once";
        "RequestLimitExceeded" => Later(Transient, Minute),
            "请求过于频繁", "too many requests";
        // Money.
        "FailedOperation.InsufficientBalanceInSmsPackage" => EMPTY,
            "套餐包余量不足", "your package is used up";
        "UnauthorizedOperation.SerivceSuspendDueToArrears" => EMPTY,
            "欠费停服", "the service stopped because the account owes money";
        "UnauthorizedOperation.ServiceSuspendDueToArrears" => EMPTY,
            "欠费停服", "the service stopped because the account owes money";
        // The key, its rights, our address, our clock.
        "AuthFailure" => MEND,
            "密钥或签名有误，或本机时钟相差超过五分钟", "the key or its signature is wrong, or this machine's clock by more than five minutes";
        "UnauthorizedOperation" => MEND,
            "密钥没有权限", "the key may not do this";
        "IpInBlacklist" => MEND,
            "来源地址在黑名单中", "requests may not come from this address";
        "IpNotInWhitelist" => MEND,
            "来源地址不在白名单中", "requests may not come from this address";
        "InvalidAction" => MEND,
            "没有这个接口，请检查 endpoint", "there is no such action: look at the endpoint";
        "ActionOffline" => MEND,
            "接口已下线", "this action is gone";
        "NoSuchVersion" => MEND,
            "接口版本有误，请检查 endpoint", "there is no such version: look at the endpoint";
        "NoSuchProduct" => MEND,
            "没有这个产品，请检查 endpoint", "there is no such product: look at the endpoint";
        "InternalError.SigVerificationFail" => MEND,
            "签名校验失败，请检查密钥", "the signature does not fit: look at the key";
        "InternalError.SigFieldMissing" => MEND,
            "缺少签名字段", "the signature is incomplete";
        "InternalError.RestApiInterfaceNotExist" => MEND,
            "没有这个接口，请检查 endpoint", "there is no such interface: look at the endpoint";
        "InvalidParameterValue.SdkAppIdNotExist" => MEND,
            "SdkAppId 不存在", "there is no such SdkAppId";
        // Signature and template.
        "FailedOperation.SignatureIncorrectOrUnapproved" => NO_TEMPLATE,
            "签名有误或未通过审核", "the signature is wrong or not approved";
        "FailedOperation.TemplateIncorrectOrUnapproved" => NO_TEMPLATE,
            "模板有误或未通过审核", "the template is wrong or not approved";
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate" => NO_TEMPLATE,
            "变量与审核通过的模板不符", "the values do not go with the approved template";
        "FailedOperation.TemplateUnapprovedOrNotExist" => NO_TEMPLATE,
            "模板不存在或未通过审核", "the template does not exist or is not approved";
        "FailedOperation.MissingSignature" => NO_TEMPLATE,
            "没有签名", "there is no signature";
        "FailedOperation.MissingSignatureList" => NO_TEMPLATE,
            "没有签名", "there is no signature";
        "FailedOperation.MissingTemplateList" => NO_TEMPLATE,
            "没有模板", "there is no template";
        "UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny" => NO_TEMPLATE,
            "个人账户不能发送营销短信", "a person's account may send no offers";
        // The person.
        "FailedOperation.PhoneNumberInBlacklist" => Refuse(Person(OptedOut)),
            "号码已退订或在免打扰名单中", "the number opted out, or is on a list of the carrier's";
        "FailedOperation.PhoneNumberParseFail" => NO_PERSON,
            "号码无法识别", "the number cannot be read";
        "InvalidParameterValue.IncorrectPhoneNumber" => NO_PERSON,
            "号码格式有误", "the number is none";
        // The text and its values.
        "FailedOperation.ContainSensitiveWord" => Refuse(Content),
            "内容含有敏感词", "there is a forbidden word in it";
        "InvalidParameterValue.ContentLengthLimit" => Refuse(Content),
            "内容过长", "the text is too long";
        "InvalidParameterValue.TemplateParameterFormatError" => Refuse(Content),
            "变量的值格式有误", "a value has the wrong form";
        "InvalidParameterValue.TemplateParameterLengthLimit" => Refuse(Content),
            "变量的值过长", "a value is too long";
        "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter" => Refuse(Content),
            "变量的值中不能有链接", "a value may not hold a link";
        "LimitExceeded.PhoneNumberCountLimit" => Refuse(Content),
            "一次请求的号码过多", "too many numbers in one request";
        "LimitExceeded.AppCountryOrRegionInBlacklist" => Refuse(Content),
            "应用禁止发往该国家或地区", "the application sends nothing to this country";
        "FailedOperation" => Refuse(Content),
            "服务商拒绝发送", "the provider will not send it";
        "InvalidParameter" => Refuse(Content),
            "请求参数有误", "something of the request is wrong";
        "InvalidParameterValue" => Refuse(Content),
            "请求参数的值有误", "a value of the request is wrong";
        "MissingParameter" => Refuse(Content),
            "缺少请求参数", "something of the request is missing";
        "UnsupportedOperation" => Refuse(Content),
            "不支持这样发送，例如国内外号码混在一起", "it cannot be sent so, such as numbers at home and abroad together";
        // Their own faults: a time-out inside (60008) is no refusal.
        "InternalError" => Unknown,
            "服务商系统错误，不知道是否已发出", "a fault at the provider: nobody knows whether it was sent";
        "ResourceUnavailable" => Later(Transient, Schedule),
            "服务暂时不可用", "the service cannot be used for the moment";
        "ResourceInsufficient" => Later(Transient, Schedule),
            "服务商资源不足", "the provider has no room for the moment";
    },
};
