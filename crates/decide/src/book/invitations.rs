//! A platform's sprints and a shop's invitations to them in the working set.

use super::{Draft, facts::Facts};
use domain::{
    CampaignId, ShopId,
    campaign::sprint::{Invitation, Plan},
};

impl Facts {
    /// Stops the timer of one that cannot be decided.
    pub(super) fn put_invitation_to_sleep(&mut self, shop_id: &ShopId, sprint: &CampaignId) {
        let key = (shop_id.clone(), sprint.clone());
        self.tables.invitations.amend(&key, |invited| invited.wake_at = None);
    }
    /// Keeps what a decision made of them.
    pub(super) fn apply_invitations(
        &mut self,
        shop_id: &ShopId,
        plans: Vec<Plan>,
        invitations: Vec<(CampaignId, Invitation)>,
    ) {
        for plan in plans {
            self.tables.plans.put((ShopId::platform(), plan.sprint_id.clone()), plan);
        }
        for (sprint, invitation) in invitations {
            self.tables.invitations.put((shop_id.clone(), sprint), invitation);
        }
    }
}

impl Draft<'_> {
    /// A platform's sprint.
    pub fn plan(&self, sprint: &CampaignId) -> Option<Plan> {
        if let Some(plan) = self.decided().plans.iter().find(|plan| plan.sprint_id == *sprint) {
            return Some(plan.clone());
        }
        self.facts().tables.plans.get(&(ShopId::platform(), sprint.clone())).cloned()
    }
    /// Keeps it.
    pub fn put_plan(&mut self, plan: Plan) {
        let plans = &mut self.changes().plans;
        plans.retain(|known| known.sprint_id != plan.sprint_id);
        plans.push(plan);
    }
    /// The shop's invitation to one.
    pub fn invitation(&self, sprint: &CampaignId) -> Option<Invitation> {
        if let Some((_, known)) = self.decided().invitations.iter().find(|(id, _)| id == sprint) {
            return Some(known.clone());
        }
        self.facts().tables.invitations.get(&(self.shop_id.clone(), sprint.clone())).cloned()
    }
    /// Keeps it; its timer follows from it.
    pub fn put_invitation(&mut self, sprint: &CampaignId, mut invitation: Invitation) {
        invitation.look_ahead();
        let invitations = &mut self.changes().invitations;
        invitations.retain(|(id, _)| id != sprint);
        invitations.push((sprint.clone(), invitation));
    }
}
