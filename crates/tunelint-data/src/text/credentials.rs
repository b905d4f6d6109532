//! The formats of credentials, by service: prefixes and lengths, as the services document them and as
//! scanners of repositories look for them.

use super::pattern::LazyPattern;

/// The format of one service's credentials.
pub(super) struct CredentialShape {
    pub(super) what: &'static str,
    /// Every such credential contains one of these.
    pub(super) beginnings: &'static [&'static str],
    /// The complete format, with the variable part as a group.
    pub(super) pattern: LazyPattern,
    /// What the variable part must be.
    pub(super) part: CredentialPart,
}

/// What tells the variable part of a credential from other text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CredentialPart {
    /// It is random, and the beginning alone tells that a credential follows.
    Token,
    /// It is random; the beginning occurs in other words as well.
    Random,
    /// People chose it.
    Password,
    /// A name and a password in Base64.
    Login,
}

use CredentialPart::{Login, Password, Random, Token};

const fn shape(
    what: &'static str,
    beginnings: &'static [&'static str],
    pattern: &'static str,
    part: CredentialPart,
) -> CredentialShape {
    CredentialShape {
        what,
        beginnings,
        pattern: LazyPattern::new(pattern),
        part,
    }
}

/// The start of a private key.
pub(super) const PRIVATE_KEY_BEGINS: &str = "-----BEGIN ";
/// A private key, with enough of its body to be a real one.
const PRIVATE_KEY: &str =
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----([\sA-Za-z0-9+/=\\:,-]{64,})";
/// A password in quotes after its name, as in code, JSON and YAML. An object that begins with it is
/// what a function returns that makes up passwords.
const ASSIGNED: &str = r#"(?i)(?:^|[^{\s"'\\\w][\s"'\\]{0,4}|\w[\s"'\\]{1,4})\w{0,20}(?:password|passwd)(?:\\?["'])?\s{0,3}[:=]\s{0,3}\\?["']([^\s"'\\<>{}$%]{8,64})\\?["']"#;

/// Cloud platforms and what runs on them.
static CLOUDS: [CredentialShape; 19] = [
    shape(
        "an AWS access key",
        &["AKIA", "ASIA", "ABIA", "ACCA", "A3T"],
        r"\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)([A-Z2-7]{16})\b",
        Token,
    ),
    shape(
        "an Amazon Bedrock key",
        &["ABSK"],
        r"\bABSK([A-Za-z0-9+/]{109,269})",
        Token,
    ),
    shape(
        "an Amazon Bedrock key",
        &["bedrock-api-key-"],
        r"\bbedrock-api-key-([A-Za-z0-9+/=]{40,})",
        Token,
    ),
    shape(
        "an Alibaba Cloud key",
        &["LTAI"],
        r"\bLTAI([A-Za-z0-9]{20})\b",
        Token,
    ),
    shape(
        "an Azure client secret",
        &["Q~"],
        r"(?:^|[^\w~.-])(\w{3}\dQ~[\w~.-]{31,34})(?:$|[^\w~.-])",
        Random,
    ),
    shape(
        "a Cloudflare origin key",
        &["v1.0-"],
        r"\bv1\.0-([a-f0-9]{24}-[a-f0-9]{146})\b",
        Random,
    ),
    shape(
        "a DigitalOcean token",
        &["dop_v1_", "doo_v1_", "dor_v1_"],
        r"\bdo[opr]_v1_([0-9a-f]{64})\b",
        Token,
    ),
    shape(
        "a Fly.io token",
        &["fo1_", "fm1a_", "fm1r_", "fm2_"],
        r"\bf(?:o1|m1[ar]|m2)_([\w+/-]{43,})",
        Token,
    ),
    shape("a Google API key", &["AIza"], r"\bAIza([\w-]{35})", Token),
    shape(
        "a Google client secret",
        &["GOCSPX-"],
        r"\bGOCSPX-([\w-]{28})",
        Token,
    ),
    shape("a Heroku key", &["HRKU-AA"], r"\bHRKU-AA([\w-]{58})", Token),
    shape(
        "an OpenShift token",
        &["sha256~"],
        r"\bsha256~([\w-]{43})",
        Token,
    ),
    shape(
        "a PlanetScale credential",
        &["pscale_tkn_", "pscale_oauth_", "pscale_pw_"],
        r"\bpscale_(?:tkn|oauth|pw)_([\w=.-]{32,64})",
        Token,
    ),
    shape(
        "a Scalingo token",
        &["tk-us-"],
        r"\btk-us-([\w-]{48})",
        Token,
    ),
    shape(
        "a Vault token",
        &["hvs.", "hvb."],
        r"\bhv[sb]\.([\w-]{90,300})",
        Token,
    ),
    shape(
        "a Terraform token",
        &["atlasv1"],
        r"\b([A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70})",
        Random,
    ),
    shape(
        "a Pulumi token",
        &["pul-"],
        r"\bpul-([0-9a-f]{40})\b",
        Token,
    ),
    shape(
        "an Infracost token",
        &["ico-"],
        r"\bico-([A-Za-z0-9]{32})\b",
        Random,
    ),
    shape("a Yandex key", &["AQVN"], r"\bAQVN([\w-]{35,38})", Token),
];

/// Models and data about them.
static MODELS: [CredentialShape; 13] = [
    shape(
        "an OpenAI key",
        &["T3BlbkFJ"],
        r"\bsk-([\w-]*T3BlbkFJ[\w-]{20,})",
        Token,
    ),
    shape(
        "an Anthropic key",
        &["sk-ant-"],
        r"\bsk-ant-\w+-([\w-]{80,}AA)\b",
        Token,
    ),
    shape(
        "an OpenRouter key",
        &["sk-or-v1-"],
        r"\bsk-or-v1-([0-9a-f]{64})\b",
        Token,
    ),
    shape(
        "a Groq key",
        &["gsk_"],
        r"\bgsk_([A-Za-z0-9]{40,60})\b",
        Token,
    ),
    shape(
        "a Hugging Face token",
        &["hf_"],
        r"\bhf_([A-Za-z]{34})\b",
        Token,
    ),
    shape(
        "a Hugging Face token",
        &["api_org_"],
        r"\bapi_org_([A-Za-z]{34})\b",
        Token,
    ),
    shape("an NVIDIA key", &["nvapi-"], r"\bnvapi-([\w-]{60,})", Token),
    shape(
        "a Perplexity key",
        &["pplx-"],
        r"\bpplx-([A-Za-z0-9]{48})\b",
        Token,
    ),
    shape("a Pinecone key", &["pcsk_"], r"\bpcsk_(\w{50,})", Token),
    shape(
        "a Replicate token",
        &["r8_"],
        r"\br8_([A-Za-z0-9]{37})\b",
        Random,
    ),
    shape("an xAI key", &["xai-"], r"\bxai-([A-Za-z0-9]{80})\b", Token),
    shape(
        "a LangSmith key",
        &["lsv2_pt_", "lsv2_sk_"],
        r"\blsv2_(?:pt|sk)_([0-9a-f]{32}_[0-9a-f]{10})\b",
        Token,
    ),
    shape(
        "a Databricks token",
        &["dapi"],
        r"\bdapi([0-9a-f]{32})\b",
        Token,
    ),
];

/// Code, packages and what watches them.
static CODE: [CredentialShape; 23] = [
    shape(
        "a GitHub token",
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
        r"\bgh[pousr]_([0-9A-Za-z]{36})\b",
        Token,
    ),
    shape(
        "a GitHub token",
        &["github_pat_"],
        r"\bgithub_pat_(\w{82})\b",
        Token,
    ),
    shape(
        "a GitLab token",
        &[
            "glpat-", "glptt-", "gldt-", "glrt-", "glcbt-", "glsoat-", "glft-", "glimt-",
            "glagent-", "gloas-", "glffct-",
        ],
        r"\bgl(?:pat|ptt|dt|rt|cbt|soat|ft|imt|agent|oas|ffct)-([\w-]{20,})",
        Token,
    ),
    shape(
        "a GitLab token",
        &["GR1348941"],
        r"\bGR1348941([\w-]{20})",
        Token,
    ),
    shape(
        "a GitLab session",
        &["_gitlab_session="],
        r"_gitlab_session=([0-9a-z]{32})\b",
        Token,
    ),
    shape(
        "an npm token",
        &["npm_"],
        r"\bnpm_([0-9A-Za-z]{36})\b",
        Token,
    ),
    shape(
        "a PyPI token",
        &["pypi-AgE"],
        r"\bpypi-AgE([\w-]{50,})",
        Token,
    ),
    shape(
        "a RubyGems key",
        &["rubygems_"],
        r"\brubygems_([0-9a-f]{48})\b",
        Token,
    ),
    shape(
        "a Clojars token",
        &["CLOJARS_"],
        r"\bCLOJARS_([A-Za-z0-9]{60})\b",
        Token,
    ),
    shape(
        "an Artifactory key",
        &["AKCp", "cmVmd"],
        r"\b(?:AKCp|cmVmd)([A-Za-z0-9]{59,69})\b",
        Random,
    ),
    shape(
        "an Octopus Deploy key",
        &["API-"],
        r"\bAPI-([A-Z0-9]{26})\b",
        Random,
    ),
    shape(
        "a Postman key",
        &["PMAK-"],
        r"\bPMAK-([0-9a-f]{24}-[0-9a-f]{34})\b",
        Token,
    ),
    shape(
        "a Sourcegraph token",
        &["sgp_"],
        r"\bsgp_(?:[0-9a-fA-F]{16}_|local_)?([0-9a-fA-F]{40})\b",
        Token,
    ),
    shape(
        "a Sentry token",
        &["sntrys_", "sntryu_"],
        r"\bsntry[su]_([\w+/=]{60,})",
        Token,
    ),
    shape(
        "a Grafana token",
        &["glc_", "glsa_"],
        r"\bgl(?:c|sa)_(\w{32,400})",
        Token,
    ),
    shape(
        "a Dynatrace token",
        &["dt0c01."],
        r"\bdt0c01\.([A-Za-z0-9]{24}\.[A-Za-z0-9]{64})",
        Token,
    ),
    shape(
        "a New Relic key",
        &["NRAK-", "NRII-", "NRJS-"],
        r"\bNR(?:AK|II|JS)-([A-Za-z0-9-]{19,32})\b",
        Token,
    ),
    shape(
        "a Prefect key",
        &["pnu_"],
        r"\bpnu_([A-Za-z0-9]{36})\b",
        Token,
    ),
    shape(
        "a Doppler token",
        &["dp.pt."],
        r"\bdp\.pt\.([A-Za-z0-9]{43})\b",
        Token,
    ),
    shape(
        "a readme.com key",
        &["rdme_"],
        r"\brdme_([a-z0-9]{70})\b",
        Token,
    ),
    shape(
        "a Linear key",
        &["lin_api_"],
        r"\blin_api_([A-Za-z0-9]{40})\b",
        Token,
    ),
    shape(
        "an Atlassian token",
        &["ATATT3"],
        r"\bATATT3([\w=-]{180,})",
        Token,
    ),
    shape(
        "a Notion token",
        &["ntn_"],
        r"\bntn_([0-9]{11}[A-Za-z0-9]{35})\b",
        Token,
    ),
];

/// Messages, payments and other services.
static SERVICES: [CredentialShape; 30] = [
    shape(
        "a Slack token",
        &["xoxa-", "xoxb-", "xoxe-", "xoxp-", "xoxr-", "xoxs-"],
        r"\bxox[abeprs]-([0-9A-Za-z-]{20,})",
        Token,
    ),
    shape(
        "a Slack token",
        &["xapp-"],
        r"\bxapp-\d-([A-Z0-9]+-\d+-[a-z0-9]{20,})",
        Token,
    ),
    shape(
        "a Slack webhook",
        &["hooks.slack.com"],
        r"hooks\.slack\.com/(?:services|workflows|triggers)/(T\w{8,}/[BA]?\w{8,}/[\w/]{20,})",
        Token,
    ),
    shape(
        "a Teams webhook",
        &["webhook.office.com"],
        r"\.webhook\.office\.com/webhookb2/([\w@-]{70,}/IncomingWebhook/[0-9a-z]{32}/[\w-]{36})",
        Token,
    ),
    shape(
        "a Discord webhook",
        &["/api/webhooks/"],
        r"discord(?:app)?\.com/api/webhooks/\d{17,20}/([\w-]{60,})",
        Random,
    ),
    shape(
        "a Telegram token",
        &[":AA"],
        r"\b[0-9]{8,10}:(AA[\w-]{33})\b",
        Random,
    ),
    shape(
        "a Stripe key",
        &["k_live_", "k_test_", "k_prod_"],
        r"\b[sr]k_(?:live|test|prod)_([0-9A-Za-z]{16,99})\b",
        Token,
    ),
    shape(
        "a Stripe webhook secret",
        &["whsec_"],
        r"\bwhsec_([A-Za-z0-9+/]{32,})",
        Token,
    ),
    shape(
        "a Square token",
        &["sq0atp-", "sq0csp-"],
        r"\bsq0(?:atp|csp)-([\w-]{22,60})",
        Token,
    ),
    shape(
        "a Shopify token",
        &["shpat_", "shpca_", "shppa_", "shpss_"],
        r"\bshp(?:at|ca|pa|ss)_([0-9a-fA-F]{32})\b",
        Token,
    ),
    shape(
        "a Shippo token",
        &["shippo_live_", "shippo_test_"],
        r"\bshippo_(?:live|test)_([0-9a-fA-F]{40})\b",
        Token,
    ),
    shape(
        "an EasyPost key",
        &["EZAK", "EZTK"],
        r"\bEZ[AT]K([A-Za-z0-9]{54})\b",
        Token,
    ),
    shape(
        "a Flutterwave key",
        &["FLWSECK-", "FLWSECK_TEST-"],
        r"\bFLWSECK(?:_TEST)?-([A-Za-z0-9]{32}-X)\b",
        Token,
    ),
    shape(
        "a Duffel token",
        &["duffel_test_", "duffel_live_"],
        r"\bduffel_(?:test|live)_([\w=-]{43})",
        Token,
    ),
    shape(
        "a Plaid token",
        &[
            "access-sandbox-",
            "access-development-",
            "access-production-",
        ],
        r"\baccess-(?:sandbox|development|production)-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b",
        Token,
    ),
    shape(
        "a Facebook token",
        &["EAAM", "EAAC"],
        r"\bEAA[MC]([A-Za-z0-9]{100,})\b",
        Random,
    ),
    shape(
        "a SendGrid key",
        &["SG."],
        r"\bSG\.([\w-]{22}\.[\w-]{43})",
        Token,
    ),
    shape(
        "a Brevo key",
        &["xkeysib-"],
        r"\bxkeysib-([0-9a-f]{64}-[A-Za-z0-9]{16})\b",
        Token,
    ),
    shape(
        "a Mailgun key",
        &["mailgun", "Mailgun", "MAILGUN"],
        r"(?i)mailgun[^\n]{0,60}\b(?:pub)?key-([0-9a-f]{32})\b",
        Random,
    ),
    shape(
        "a Mailchimp key",
        &["-us1", "-us2"],
        r"\b([0-9a-f]{32}-us[12]\d?)\b",
        Random,
    ),
    shape(
        "a Mapbox token",
        &["sk.eyJ"],
        r"\bsk\.(eyJ[\w-]{50,}\.[\w-]{20,})",
        Token,
    ),
    shape(
        "a MaxMind key",
        &["_mmk"],
        r"\b([A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk)\b",
        Random,
    ),
    shape(
        "a Frame.io token",
        &["fio-u-"],
        r"\bfio-u-([\w=-]{64})",
        Token,
    ),
    shape(
        "a Typeform token",
        &["tfp_"],
        r"\btfp_([\w.=-]{40,59})",
        Token,
    ),
    shape(
        "an Adobe client secret",
        &["p8e-"],
        r"\bp8e-([a-z0-9]{32})\b",
        Token,
    ),
    shape(
        "a Defined Networking token",
        &["dnkey-"],
        r"\bdnkey-([\w=-]{26}-[\w=-]{52})",
        Token,
    ),
    shape(
        "a SettleMint token",
        &["sm_aat_", "sm_pat_", "sm_sat_"],
        r"\bsm_(?:aat|pat|sat)_([A-Za-z0-9]{16})\b",
        Token,
    ),
    shape(
        "a 42 client secret",
        &["s-s4t2ud-", "s-s4t2af-"],
        r"\bs-s4t2(?:ud|af)-([0-9a-f]{64})\b",
        Token,
    ),
    shape(
        "a 1Password secret key",
        &["A3-"],
        r"\bA3-([A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3})\b",
        Random,
    ),
    shape(
        "a 1Password token",
        &["ops_eyJ"],
        r"\bops_eyJ([A-Za-z0-9+/]{250,})",
        Token,
    ),
];

/// Formats that belong to no service.
static FORMATS: [CredentialShape; 5] = [
    shape("a private key", &[PRIVATE_KEY_BEGINS], PRIVATE_KEY, Token),
    shape(
        "an age private key",
        &["AGE-SECRET-KEY-1"],
        r"AGE-SECRET-KEY-1([02-9AC-HJ-NP-Z]{58})\b",
        Token,
    ),
    shape(
        "a signed token (JWT)",
        &["eyJ"],
        r"\beyJ[\w-]{10,}\.(eyJ[\w-]{10,}\.[\w-]{20,})",
        Token,
    ),
    shape(
        "a login in a header",
        &["uthorization", "UTHORIZATION"],
        r#"(?i)\bauthorization\\?["']?\s{0,3}[:=,]\s{0,3}\\?["']?basic\s{1,3}([A-Za-z0-9+/]{12,}={0,2})"#,
        Login,
    ),
    shape(
        "a password in an assignment",
        &[
            "assword=",
            "assword\"",
            "assword'",
            "assword:",
            "asswd=",
            "asswd\"",
            "asswd'",
            "asswd:",
            "assword\\",
            "ASSWORD=",
            "ASSWORD\"",
            "ASSWORD:",
        ],
        ASSIGNED,
        Password,
    ),
];

/// Every format.
pub(super) fn shapes() -> impl Iterator<Item = &'static CredentialShape> {
    let groups: [&[CredentialShape]; 5] = [&CLOUDS, &MODELS, &CODE, &SERVICES, &FORMATS];
    groups.into_iter().flatten()
}
