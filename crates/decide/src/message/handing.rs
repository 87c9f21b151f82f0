//! A message that is about to be given to its sender: judged once more, by what holds then.
//!
//! Always holds: it goes, on the first try, a retry and after a restart alike, only where it would be let out now; what may
//! not go gives back what it holds and says why, unless its sender may have it: then it is asked after (A-S2-18). What its
//! sender gets is decided in the transaction that marks it as handed over.

use super::command::{Answered, Says};
use super::sent;
use crate::book::Draft;
use crate::command::Reply;
use domain::{
    Code, Refusal,
    campaign::Desk,
    message::{
        Channel, Message, MessageStatus,
        going::{Going, Ready, may_go},
        office::{Office, chosen},
        sending::FIRST_QUESTION,
    },
};
use port::{Before, DispatchUpdate, Handing};

/// Judges a message that is to be handed over. One that may not go is settled, or put off; it is not marked then.
pub fn hand_over(draft: &mut Draft<'_>, handing: &Handing) -> Result<Reply, Refusal> {
    let found = sent::message(draft, &handing.message_id)?;
    let order = found.order_id.as_ref().and_then(|id| draft.order(id));
    let (until, by) = (handing.until, handing.judged_by);
    let going = Going { message: &found, order: order.as_ref(), until, by };
    let goes = may_go(draft, &going).and_then(|ready| {
        match handing.before {
            Before::NotTaken => goes(draft, handing, &found, &ready),
            // Its sender may have sent it to the number of before: it is not sent to another besides.
            Before::PerhapsTaken if is_other_number(&found, &ready) => Err(Code::NoContact),
            Before::PerhapsTaken => Ok(()),
        }
        .map(|()| ready.at)
    });
    match goes {
        Err(code) => return leave_out(draft, handing, &found, code),
        Ok(next_at) if next_at > by => {
            let (shop_id, message_id) = (draft.shop_id.clone(), found.message_id);
            draft.changes().dispatch_updates.push(DispatchUpdate::PutOff { shop_id, message_id, next_at });
        }
        Ok(_) => {}
    }
    Ok(Reply::Done)
}

/// It goes out now, or waits for the end of quiet hours, and counts then against the number that it goes to.
fn goes(draft: &mut Draft<'_>, handing: &Handing, message: &Message, ready: &Ready) -> Result<(), Code> {
    let (is_planned, waits) = (message.status == MessageStatus::Planned, ready.at > handing.judged_by);
    let moved = match (waits, is_planned) {
        (true, _) => message.clone().planned_for(ready.at),
        (false, true) => message.clone().sent_at(draft.now),
        (false, false) if is_other_number(message, ready) => message.clone(),
        (false, false) => return Ok(()),
    };
    sent::uncount(draft, message);
    let at = moved.sent_at.unwrap_or(moved.due_at);
    if message.channel == Channel::Sms {
        let caps = chosen(draft.centre(), draft.now).caps;
        ready.numbers.iter().try_for_each(|key| draft.number(key).has_room(caps, at))?;
        for key in &ready.numbers {
            let mut number = draft.number(key);
            number.count(at, handing.signature.as_deref().unwrap_or_default());
            draft.put_number(key, number);
        }
    }
    let sending = moved.sending.map(|mut sending| {
        let mut numbers = ready.numbers.iter().cloned();
        (sending.number, sending.numbers_before) = (numbers.next(), numbers.collect());
        sending
    });
    draft.post(Message { sending, ..moved });
    Ok(())
}

/// The customer is reached by another number than the message counts against.
fn is_other_number(message: &Message, ready: &Ready) -> bool {
    let counted = message.sending.as_ref().and_then(|sending| sending.number.as_ref());
    counted.is_some_and(|counted| !ready.numbers.contains(counted))
}

/// It is not sent. Of one that its sender may have it is asked what became of it; a push is not asked after.
fn leave_out(
    draft: &mut Draft<'_>,
    handing: &Handing,
    message: &Message,
    code: Code,
) -> Result<Reply, Refusal> {
    let is_letter = message.sending.is_some();
    let answer = match handing.before {
        Before::PerhapsTaken if is_letter => {
            Answered::Unknown { next_at: draft.now.plus_minutes(FIRST_QUESTION) }
        }
        Before::PerhapsTaken => Answered::Taken { provider_id: None, segments: None },
        Before::NotTaken => {
            // The time of a push ends where quiet hours begin.
            let code = if code == Code::TooLate && !is_letter { Code::QuietHours } else { code };
            Answered::Refused { code, provider_code: None, says: Says::Nothing }
        }
    };
    sent::answered(draft, &handing.message_id, &answer)
}
