//! A search by conditions and groups, from the generated type over the wire to the sandbox. Not here: what else a
//! condition may be (`tallyfy-gen`, `tallyfy-sandbox`).

use std::pin::Pin;
use std::sync::Arc;

use reqwest::{Request, Response, Result};
use tallyfy_gen::transport::Transport;
use tallyfy_gen::types::SearchQuery;
use tallyfy_gen::wire::{SearchFilter, SearchOperation};
use tallyfy_gen::{Client, enums::SearchKindFilter};
use tallyfy_sandbox::{Sandbox, seed};

/// Sends with what every request must carry.
#[derive(Debug)]
struct Plain(reqwest::Client);

impl Transport for Plain {
    #[expect(
        clippy::disallowed_methods,
        reason = "no pipeline stands between the generated method and the wire here"
    )]
    fn send<'life, 'out>(
        &'life self,
        _: &'static str,
        mut request: Request,
    ) -> Pin<Box<dyn Future<Output = Result<Response>> + Send + 'out>>
    where
        'life: 'out,
        Self: 'out,
    {
        let headers = request.headers_mut();
        let token = format!("Bearer {}", seed::ADMIN_TOKEN);
        headers.insert("authorization", token.parse().expect("a header"));
        headers.insert("x-tallyfy-client", "APIClient".parse().expect("a header"));
        Box::pin(self.0.execute(request))
    }
}

#[tokio::test]
async fn conditions_and_groups_of_a_search_travel_as_numbered_keys() {
    let sandbox = Sandbox::builder().now(seed::today()).start().await.expect("a free port");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::new();
    let client = Client::new_with_client(&sandbox.base_url(), http.clone(), Arc::new(Plain(http)));
    let late = SearchFilter::compare("date", SearchOperation::AtLeast, "2099-01-01");
    let small =
        SearchFilter::all([SearchFilter::equal("title", "weekly-36"), SearchFilter::equal("starter", 1001)]);
    let query = SearchQuery::new([SearchKindFilter::Process], "e");
    let cases = [
        (SearchFilter::equal("title", "x"), "filter[type]=field&filter[field]=title&filter[value]=x", 0),
        (
            SearchFilter::any([late.clone(), SearchFilter::equal("starter", 1001)]),
            "filter[0][type]=boolean&filter[0][value]=OR\
             &filter[1][type]=field&filter[1][field]=date&filter[1][operation]=>=&filter[1][value]=2099-01-01\
             &filter[2][type]=field&filter[2][field]=starter&filter[2][value]=1001",
            2,
        ),
        (
            SearchFilter::all([small, late]),
            "filter[0][type]=boolean&filter[0][value]=AND\
             &filter[1][0][type]=boolean&filter[1][0][value]=AND\
             &filter[1][1][type]=field&filter[1][1][field]=title&filter[1][1][value]=weekly-36\
             &filter[1][2][type]=field&filter[1][2][field]=starter&filter[1][2][value]=1001\
             &filter[2][type]=field&filter[2][field]=date&filter[2][operation]=>=&filter[2][value]=2099-01-01",
            0,
        ),
    ];
    for (filter, expected, rows) in cases {
        sandbox.clear_requests();
        let found = client.search(seed::ORGANIZATION, &query.clone().filter(filter)).await.expect("rows");
        let page = found.into_inner().process.expect("processes");
        assert_eq!(page.data.len(), rows, "{expected}");
        let raw = sandbox.requests()[0].raw_query.clone();
        let encoded = expected.replace('[', "%5B").replace(']', "%5D").replace(">=&", "%3E%3D&");
        assert_eq!(raw, format!("{encoded}&on=process&search=e"));
    }
    assert_eq!(sandbox.violations(), []);
    // A group without conditions has no written form.
    sandbox.clear_requests();
    client.search(seed::ORGANIZATION, &query.filter(SearchFilter::any([]))).await.expect_err("not sent");
    assert_eq!(sandbox.requests().len(), 0);
}
