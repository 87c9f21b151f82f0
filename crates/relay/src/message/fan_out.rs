//! Several requests under way at once, each for one message or for a group of them.

use std::sync::{Arc, OnceLock};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::OutgoingMessage;
use super::outcome::{Class, SendOutcome, Window};

/// How many requests of a batch are under way at once: a batch of 32 ends within 30 seconds.
const CONCURRENT_SENDS: usize = 16;

/// One outcome for each of `count` messages; `groups` holds each of their places once. Once an outcome says that the
/// whole channel must wait (the balance is used up), groups that have not begun are not sent: they fare the same.
pub(crate) async fn fan_out<F>(
    count: usize,
    groups: Vec<Vec<usize>>,
    send: impl Fn(&[usize]) -> F,
) -> Vec<SendOutcome>
where
    F: Future<Output = Vec<SendOutcome>> + Send + 'static,
{
    // What broke off may have been sent.
    let mut outcomes = vec![SendOutcome::unknown("interrupted"); count];
    let permits = Arc::new(Semaphore::new(CONCURRENT_SENDS));
    let stopped: Arc<OnceLock<(Class, String)>> = Arc::default();
    let mut sends = JoinSet::new();
    for group in groups {
        let (permits, stopped, send) = (Arc::clone(&permits), Arc::clone(&stopped), send(&group));
        sends.spawn(async move {
            let _permit = permits.acquire().await;
            if let Some((class, code)) = stopped.get() {
                let (class, code) = (*class, code.clone());
                let later = SendOutcome::Later { class, code, not_before: Window::Schedule };
                return (vec![later; group.len()], group);
            }
            let ended = send.await;
            for outcome in &ended {
                if let SendOutcome::Later { class, code, .. } = outcome
                    && class.pauses()
                {
                    let _ = stopped.set((*class, code.clone()));
                }
            }
            (ended, group)
        });
    }
    while let Some(ended) = sends.join_next().await {
        let Ok((ended, group)) = ended else { continue };
        for (place, outcome) in group.into_iter().zip(ended) {
            outcomes[place] = outcome;
        }
    }
    outcomes
}

/// The same, a request for each message.
pub(crate) async fn fan_out_messages<S, F>(
    sender: &S,
    messages: &[OutgoingMessage],
    send: impl Fn(S, OutgoingMessage) -> F,
) -> Vec<SendOutcome>
where
    S: Clone,
    F: Future<Output = SendOutcome> + Send + 'static,
{
    let groups = (0..messages.len()).map(|place| vec![place]).collect();
    fan_out(messages.len(), groups, |group| {
        let under_way: Vec<F> =
            group.iter().map(|place| send(sender.clone(), messages[*place].clone())).collect();
        async move {
            let mut outcomes = Vec::with_capacity(under_way.len());
            for one in under_way {
                outcomes.push(one.await);
            }
            outcomes
        }
    })
    .await
}
