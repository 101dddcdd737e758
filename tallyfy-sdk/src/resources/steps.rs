//! Steps of a template, with their form fields.

use super::{call, list};
use crate::{Call, Lister, id::StepId, model::Step, request::ListSteps, resources::templates::OfTemplate};

impl OfTemplate {
    /// The steps of the template.
    pub fn steps(&self) -> Steps {
        Steps { template: self.clone() }
    }
}

/// The steps of a template; see [`OfTemplate::steps`].
///
/// ```no_run
/// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
/// let steps = organization.template("0d95b3f6e82c47a1b7e40c6d1f38a927").steps();
/// for step in steps.list(Default::default()).all().await? {
///     println!("{}", step.title.unwrap_or_default());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Steps {
    template: OfTemplate,
}

impl Steps {
    /// The steps, in order. Ten a page unless told otherwise: a quarter of live templates has more.
    ///
    /// `GET /organizations/{org}/checklists/{checklist}/steps`, repeatable.
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) for an unknown or archived template.
    pub fn list(&self, query: ListSteps) -> Lister<Step> {
        let (org, checklist) = (&self.template.organization.id, &self.template.id);
        list!(&self.template.organization.client, list_steps(org, checklist), query)
    }

    /// One step.
    ///
    /// `GET /organizations/{org}/checklists/{checklist}/steps/{step}`, repeatable.
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) for an unknown step or template.
    pub fn get(&self, id: impl Into<StepId>) -> Call<Step> {
        let (org, checklist, step) = (&self.template.organization.id, &self.template.id, id.into());
        call!(item, &self.template.organization.client, get_step(org, checklist, step))
    }
}
