//! Who the token belongs to. Other people are in `members.rs`.

use tallyfy_gen::types::GetMe;

use super::call;
use crate::{Call, Client, Organization, model::Member};

impl Client {
    /// The person behind the token; the cheapest way to try a token.
    ///
    /// ```no_run
    /// # async fn run(client: tallyfy_sdk::Client) -> Result<(), tallyfy_sdk::Error> {
    /// let me = client.me().await?;
    /// println!("{}", me.full_name.unwrap_or_default());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// `GET /me`, repeatable. Role and status belong to an organization: [`Organization::me`].
    ///
    /// # Errors
    /// [`is_auth`](crate::Error::is_auth) when the token is not, or no longer, good.
    pub fn me(&self) -> Call<Member> {
        let query = GetMe::new();
        call!(item, self, get_me(), query)
    }
}

impl Organization {
    /// The person behind the token as a member of this organization, with role and status.
    ///
    /// `GET /organizations/{org}/me`, repeatable.
    ///
    /// # Errors
    /// [`is_auth`](crate::Error::is_auth); [`is_permission`](crate::Error::is_permission) when the person is no member.
    pub fn me(&self) -> Call<Member> {
        let org = &self.id;
        call!(item, &self.client, get_current_user(org))
    }
}
