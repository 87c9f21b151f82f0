//! Tencent Cloud's codes (<https://cloud.tencent.com/document/api/382/59177> and 52075), and what to do about each. The part
//! before the full stop is a family; its row holds for what is not listed.

use super::super::codes::Act::{self, Later, Refuse, Unknown};
use super::super::codes::{Row, row};
use super::super::outcome::Class::{
    Access, AccountCap, Content, Money, Person, Template, Throttled, Transient,
};
use super::super::outcome::Person::{OptedOut, Unreachable};
use super::super::outcome::Window::{Day, Hour, Minute, Schedule};

const MEND: Act = Later(Access, Schedule);
const EMPTY: Act = Later(Money, Schedule);
const CAP: Act = Later(AccountCap, Schedule);

/// The table.
pub const CODES: &[Row] = &[
    // One number has had enough.
    row("LimitExceeded.PhoneNumberThirtySecondLimit", Later(Throttled, Minute)),
    row("LimitExceeded.PhoneNumberOneHourLimit", Later(Throttled, Hour)),
    row("LimitExceeded.PhoneNumberDailyLimit", Later(Throttled, Day)),
    row("LimitExceeded.PhoneNumberSameContentDailyLimit", Later(Throttled, Day)),
    row("LimitExceeded.DeliveryFrequencyLimit", Later(Throttled, Hour)),
    row("LimitExceeded", Later(Throttled, Hour)),
    row("FailedOperation.MarketingSendTimeConstraint", Later(Throttled, Hour)),
    // The application's own caps, and requests a second.
    row("LimitExceeded.AppDailyLimit", CAP),
    row("LimitExceeded.AppMainlandChinaDailyLimit", CAP),
    row("LimitExceeded.AppGlobalDailyLimit", CAP),
    row("LimitExceeded.AppCountryOrRegionDailyLimit", CAP),
    row("LimitExceeded.DailyLimit", CAP),
    row("LimitExceeded.GlobalSmsSendingRateLimit", Later(Transient, Minute)),
    row("RequestLimitExceeded", Later(Transient, Minute)),
    // Money.
    row("FailedOperation.InsufficientBalanceInSmsPackage", EMPTY),
    row("UnauthorizedOperation.SerivceSuspendDueToArrears", EMPTY),
    row("UnauthorizedOperation.ServiceSuspendDueToArrears", EMPTY),
    // The key, its rights, our address, our clock.
    row("AuthFailure", MEND),
    row("UnauthorizedOperation", MEND),
    row("IpInBlacklist", MEND),
    row("IpNotInWhitelist", MEND),
    row("InvalidAction", MEND),
    row("ActionOffline", MEND),
    row("NoSuchVersion", MEND),
    row("NoSuchProduct", MEND),
    row("InternalError.SigVerificationFail", MEND),
    row("InternalError.SigFieldMissing", MEND),
    row("InternalError.RestApiInterfaceNotExist", MEND),
    row("InvalidParameterValue.SdkAppIdNotExist", MEND),
    // Signature and template.
    row("FailedOperation.SignatureIncorrectOrUnapproved", Refuse(Template)),
    row("FailedOperation.TemplateIncorrectOrUnapproved", Refuse(Template)),
    row("FailedOperation.TemplateParamSetNotMatchApprovedTemplate", Refuse(Template)),
    row("FailedOperation.TemplateUnapprovedOrNotExist", Refuse(Template)),
    row("FailedOperation.MissingSignature", Refuse(Template)),
    row("FailedOperation.MissingSignatureList", Refuse(Template)),
    row("FailedOperation.MissingTemplateList", Refuse(Template)),
    row("UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny", Refuse(Template)),
    // The person.
    row("FailedOperation.PhoneNumberInBlacklist", Refuse(Person(OptedOut))),
    row("FailedOperation.PhoneNumberParseFail", Refuse(Person(Unreachable))),
    row("InvalidParameterValue.IncorrectPhoneNumber", Refuse(Person(Unreachable))),
    // The text and its values.
    row("FailedOperation.ContainSensitiveWord", Refuse(Content)),
    row("InvalidParameterValue.ContentLengthLimit", Refuse(Content)),
    row("InvalidParameterValue.TemplateParameterFormatError", Refuse(Content)),
    row("InvalidParameterValue.TemplateParameterLengthLimit", Refuse(Content)),
    row("InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", Refuse(Content)),
    row("LimitExceeded.PhoneNumberCountLimit", Refuse(Content)),
    row("LimitExceeded.AppCountryOrRegionInBlacklist", Refuse(Content)),
    row("FailedOperation", Refuse(Content)),
    row("InvalidParameter", Refuse(Content)),
    row("InvalidParameterValue", Refuse(Content)),
    row("MissingParameter", Refuse(Content)),
    row("UnsupportedOperation", Refuse(Content)),
    // Their own faults: a time-out inside (60008) is no refusal.
    row("InternalError", Unknown),
    row("ResourceUnavailable", Later(Transient, Schedule)),
    row("ResourceInsufficient", Later(Transient, Schedule)),
];
