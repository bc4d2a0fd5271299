// A route of the office's API and the call that reaches its answer: who asks, with what. Answers
// are functions of the call and of what the sources say. Values.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/model/network.h"
#include "gateway/accounts/doorkeeper.h"
#include "gateway/audit/audit_log.h"
#include "gateway/bills/bill_run.h"
#include "gateway/desk/drafting.h"
#include "gateway/http/http_message.h"
#include "gateway/http/route_table.h"
#include "gateway/office/draft.h"
#include "gateway/readmodel/office_query.h"
#include "gateway/records/records.h"

namespace fairfeed {

// The drafts of the office, by the names of their files. Errors are for a person.
struct DraftShelf {
    std::function<std::vector<std::pair<std::string, Draft>>()> all;
    std::function<Result<void, std::string>(const std::string& name, const Draft&)> save;
};

// The office's ledger as bills and proofs. Errors are for a person: what is not there, or does not
// open.
struct BillShelf {
    std::function<Result<BillRun, std::string>(const BillOrder&)> run;
    std::function<Result<Bytes, std::string>(const MeterId&, const BillMonth&)> proof;
    std::function<Result<Bytes, std::string>(const MeterId&, Window)> reading_proof;
};

// What answers are made from. Any worker calls them, several at a time.
struct ApiSources {
    std::function<Result<std::vector<OfficeRow>, std::string>(const OfficeQuery&)> rows;
    std::function<Json()> network;
    std::function<Json()> health;
    std::function<std::string()> metrics;  // as Prometheus reads them
    DraftShelf drafts;
    // A session to what people write down, for one call.
    std::function<Result<Records, std::string>()> records;
    // The state that the office's ledger leads to, and DGMD's key, which drafts.
    std::function<Result<DraftingGround, std::string>()> drafting;
    std::function<Result<SymmetricKey, std::string>()> codes_key;
    // Leaves an approved notice with the service, which brings it to the nodes.
    std::function<Result<void, std::string>(const Transaction&)> submit;
    std::function<Result<Json, std::string>()> forecast;  // error: why there is none yet
    BillShelf bills;
    NetworkParameters parameters;
    Digest network_id;
    // Who reads, decides and writes back holds it, so that the same thing is not done twice.
    std::shared_ptr<std::mutex> desk = std::make_shared<std::mutex>();
    Doorkeeper* door = nullptr;
    AuditLog* audit = nullptr;
    std::filesystem::path audit_file;
    std::function<std::int64_t()> now_ms;
};

struct ApiCall {
    const HttpRequest& request;
    const Caller& caller;
    const PathValues& path;
    const std::vector<std::pair<std::string, std::string>>& parameters;
    const Json& body;  // null, if the method has none
    std::int64_t now_ms = 0;

    // Empty: it is not there.
    [[nodiscard]] std::string parameter(std::string_view name) const;
    [[nodiscard]] const std::string& in_path(std::string_view name) const;
};

struct ApiRoute {
    std::string_view method;
    std::string_view pattern;
    std::optional<AccessRight> right;  // nullopt: anybody, also nobody
    std::vector<std::string_view> parameters;
    std::function<HttpResponse(const ApiCall&)> answer;
};

// A whole number as a parameter; the fallback if it is not there. Error: the problem.
[[nodiscard]] Result<std::int64_t, HttpResponse> whole_parameter(const ApiCall& call,
                                                                 std::string_view name,
                                                                 std::int64_t least,
                                                                 std::int64_t most,
                                                                 std::int64_t fallback);

[[nodiscard]] HttpResponse not_found();
// What the office's desk did not do.
[[nodiscard]] HttpResponse undone(const DeskFault& fault);
// The problem, if the request says by If-Match that it knows another answer than `current`.
[[nodiscard]] std::optional<HttpResponse> changed_meanwhile(const ApiCall& call,
                                                            const Json& current);
[[nodiscard]] HttpResponse machine_failed(const std::string& why);  // 503; the log has the reason

// A name as a part of a JSON pointer (RFC 6901, 3).
[[nodiscard]] std::string pointer_part(std::string_view name);

// Reads the members of a body and collects what is wrong with them.
class BodyReader {
  public:
    explicit BodyReader(const Json& body);
    [[nodiscard]] std::string text(std::string_view member, std::size_t most = 200);
    [[nodiscard]] std::optional<std::string> optional_text(std::string_view member,
                                                           std::size_t most = 200);
    [[nodiscard]] std::optional<std::vector<std::string>> optional_texts(std::string_view member);
    [[nodiscard]] std::optional<bool> optional_bool(std::string_view member);
    [[nodiscard]] std::int64_t whole(std::string_view member, std::int64_t least, std::int64_t most,
                                     std::int64_t fallback);
    [[nodiscard]] std::optional<std::int64_t> optional_whole(std::string_view member,
                                                             std::int64_t least, std::int64_t most);
    // The bytes of a text of hex digits.
    [[nodiscard]] std::optional<Bytes> optional_hex(std::string_view member, std::size_t most);
    // A text that is one of those names; `named` finds it. `words` says which there are.
    template <class Named>
    auto optional_word(std::string_view member, const Named& named, const std::string& words)
        -> decltype(named(std::string_view())) {
        const auto text = optional_text(member);
        if (!text) return std::nullopt;
        auto found = named(*text);
        if (!found) fail(member, "is one of " + words);
        return found;
    }
    // A name of that kind; a fault, if it is none.
    template <class Id>
    [[nodiscard]] std::optional<Id> optional_name(std::string_view member) {
        return optional_word(
            member, [](std::string_view text) { return Id::parse(text); },
            "the names of 1 to 32 of a-z, 0-9 and '-'");
    }
    // An object of texts and whole numbers, the numbers as text.
    [[nodiscard]] std::map<std::string, std::string> fields(std::string_view member,
                                                            std::size_t most);
    void fail(std::string_view member, std::string detail);
    // The problem, if anything was wrong, also a member that nobody asked for.
    [[nodiscard]] std::optional<HttpResponse> finish();

  private:
    const Json* member(std::string_view name);
    const Json& body_;
    std::vector<std::string> asked_;
    std::vector<RequestFault> faults_;
};

// Notes the act before it is done. The problem, if the log does not take it.
[[nodiscard]] std::optional<HttpResponse> noted(const ApiSources& sources, const ApiCall& call,
                                                std::string what, std::string subject,
                                                std::string note = "");

// The same for what the desk notes.
[[nodiscard]] NoteDeskAct noted_for(const ApiSources& sources, const ApiCall& call);

// The rooms' routes. The sources must outlive them.
[[nodiscard]] std::vector<ApiRoute> table_routes(const ApiSources& sources);
[[nodiscard]] std::vector<ApiRoute> session_routes(const ApiSources& sources);
[[nodiscard]] std::vector<ApiRoute> account_routes(const ApiSources& sources);
[[nodiscard]] std::vector<ApiRoute> draft_routes(const ApiSources& sources);
[[nodiscard]] std::vector<ApiRoute> application_routes(const ApiSources& sources);
[[nodiscard]] std::vector<ApiRoute> code_routes(const ApiSources& sources);
[[nodiscard]] std::vector<ApiRoute> work_order_routes(const ApiSources& sources);
[[nodiscard]] std::vector<ApiRoute> bill_routes(const ApiSources& sources);
[[nodiscard]] std::vector<ApiRoute> forecast_routes(const ApiSources& sources);
[[nodiscard]] std::vector<ApiRoute> network_routes(const ApiSources& sources);

}  // namespace fairfeed
