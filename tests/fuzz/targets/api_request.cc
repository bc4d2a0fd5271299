#include <memory>

#include "gateway/api/office_api.h"
#include "tests/fuzz/capacity_seeds.h"
#include "tests/fuzz/little_state.h"
#include "tests/fuzz/properties.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::fuzz {
namespace {

// An office of one officer, without rows; whatever is asked, no query may leave its table.
struct ApiUnderFire {
    ApiUnderFire() {
        Account account;
        account.name = "olga";
        account.role = AccountRole::officer;
        account.meters = {"m-1"};
        CHECK(*book->add(account));
        apply();
        token =
            door.issue("olga", {TokenScope::read, TokenScope::drafts}, "", 0, INT64_MAX)->secret;
        ApiSources sources;
        sources.rows = [](const OfficeQuery& query) {
            CHECK(!sql_of(query).text.empty() && query.limit <= 501);
            return Result<std::vector<OfficeRow>, std::string>(std::vector<OfficeRow>());
        };
        sources.network = [] { return Json::object(); };
        sources.health = [] { return Json::object(); };
        sources.metrics = [] { return std::string(); };
        sources.records = [this] {
            return Records::open({directory / "records.db", {}}, network());
        };
        sources.drafts.all = [] { return std::vector<std::pair<std::string, Draft>>(); };
        sources.drafts.save = [](const std::string&, const Draft&) {
            return Result<void, std::string>();
        };
        sources.drafting = [this] {
            const LittleState& little = little_state();
            const NodeId dgmd = little.network.dgmd();
            const std::shared_ptr<const Signer> signer(std::shared_ptr<void>(),
                                                       &little.network.key(dgmd));
            return Result<DraftingGround, std::string>(
                {little.state, TimeZone("UTC", {{0, 0}}), dgmd, signer,
                 std::filesystem::path(directory / "data-keys")});
        };
        sources.codes_key = [] { return Result<SymmetricKey, std::string>(office_seal().key); };
        sources.submit = [](const Transaction&) { return Result<void, std::string>(); };
        sources.forecast = []() -> Result<Json, std::string> {
            return unexpected(std::string("nothing is settled"));
        };
        sources.bills.run = [](const BillOrder&) { return Result<BillRun, std::string>({}); };
        sources.bills.proof = [](const MeterId&, const BillMonth&) { return a_file(); };
        sources.bills.reading_proof = [](const MeterId&, Window) { return a_file(); };
        sources.parameters = little_state().network.genesis().content.parameters;
        sources.network_id = network();
        sources.door = &door;
        sources.audit = audit.get();
        sources.audit_file = directory / "audit.log";
        sources.now_ms = [] { return std::int64_t{1}; };
        ApiRules rules;
        rules.rate = {.per_minute = 1'000'000, .burst = INT32_MAX, .addresses = 10};
        api = std::make_unique<OfficeApi>(std::move(sources), rules);
    }
    static Result<Bytes, std::string> a_file() { return Bytes{1}; }
    void apply() {
        auto records = Records::open({directory / "records.db", {}}, network());
        CHECK(records.has_value());
        ApplicationForm form;
        form.id = ApplicationId("a-0");
        form.applicant = PersonId("p-1");
        form.service_point = "sp-1";
        form.estimated_w = 5000;
        ApplicationStep first;
        first.by = {ActorRole::office, "olga"};
        CHECK(records->apply(form, "", first));
    }
    testing_support::TempDirectory directory;
    std::unique_ptr<AccountBook> book = std::move(*AccountBook::open(directory / "accounts.db"));
    std::unique_ptr<AuditLog> audit =
        std::move(*AuditLog::open(directory / "audit.log", network(), 0));
    Doorkeeper door{*book, {}, {1, 1, 1}, system_random()};
    std::string token;
    std::unique_ptr<OfficeApi> api;
};

}  // namespace
}  // namespace fairfeed::fuzz

// A request of somebody who is logged in: method, target, Last-Event-ID and body, each but the last
// on a line. Every answer has a status of HTTP, an error is a problem, and nothing fails inside.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    static fuzz::ApiUnderFire office;
    std::string_view text = as_text({data, size});
    const auto line = [&text] {
        const std::string_view out = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(out.size() + 1, text.size()));
        return std::string(out);
    };
    HttpRequest request;
    request.method = line();
    request.target = line();
    // Each would write to the disk or weigh a password, thousands of times.
    if (request.target.find("tokens") != std::string::npos ||
        request.target.find("session") != std::string::npos)
        request.method = "GET";
    request.headers = {{"host", "localhost"},
                       {"authorization", "Bearer " + office.token},
                       {"content-type", "application/json"},
                       {"last-event-id", line()}};
    request.body = std::string(text);
    const HttpResponse answer = office.api->answer(request);
    CHECK(answer.status >= 200 && answer.status < 500);
    if (answer.status < 400) {
        ++fuzz::accepted_inputs;
        return 0;
    }
    CHECK(answer.header("content-type") == "application/problem+json");
    const auto problem = Json::parse(answer.body);
    CHECK(problem && *problem->at("status").as_int() == static_cast<std::int64_t>(answer.status));
    return 0;
}
