// An office for tests: the ledger and read model of a short chain, five people, one draft, and the
// API over them, asked without sockets.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "gateway/api/office_api.h"
#include "gateway/bills/proof_files.h"
#include "gateway/desk/code_desk.h"
#include "gateway/forecast/week_forecast.h"
#include "gateway/readmodel/block_rows.h"
#include "gateway/readmodel/read_model.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/follower/followed_chain.h"

namespace fairfeed::test {

class SmallOffice : public FollowedChain {
  protected:
    static constexpr std::int64_t kNow = 1'770'000'000'000;

    SmallOffice() {
        grow(4);
        catch_up_with(1);
        fill();
        add("home", AccountRole::customer, {"meter-1-1"});
        add("hugo", AccountRole::customer, {"meter-1-2"});
        add("ines", AccountRole::inspector, {});
        add("olga", AccountRole::officer, {});
        add("otto", AccountRole::grid_operator, {});
        const Transaction notice = network_.draft(
            chain_.state(), CapacityCertificate{0, MeterId("meter-1-1"), 6000, 42}, 99'999);
        drafts_["00046.draft"] = {network_.network(), notice, chain_.state().office.office, false};
        write_records();
        write_ledger();
        api_ = std::make_unique<OfficeApi>(sources(), rules());
    }

    struct Spoken {
        HttpResponse response;
        Json json;  // null, if the body is none
        [[nodiscard]] unsigned status() const { return response.status; }
        [[nodiscard]] std::string kind() const {
            const std::string* type = json.at("type").as_text();
            return type == nullptr ? "" : type->substr(type->rfind(':') + 1);
        }
    };
    [[nodiscard]] static HttpRequest request(const std::string& method, const std::string& target,
                                             const std::string& body = "") {
        HttpRequest made;
        made.method = method;
        made.target = target;
        made.body = body;
        made.address = "127.0.0.1";
        made.headers = {{"host", "localhost:8443"}};
        if (!body.empty()) made.headers.emplace_back("content-type", "application/json");
        return made;
    }
    [[nodiscard]] Spoken send(const HttpRequest& made) {
        HttpResponse response = api_->answer(made);
        auto json = Json::parse(response.body);
        return {std::move(response), json ? std::move(*json) : Json()};
    }
    // As that person's browser sends it; "" is nobody.
    [[nodiscard]] HttpRequest by(const std::string& who, HttpRequest made) {
        if (who.empty()) return made;
        auto session = sessions_.find(who);
        if (session == sessions_.end()) {
            auto in = door_->log_in({who, "127.0.0.1"}, who + " password", now_ms_);
            CHECK(in.has_value());
            session = sessions_.emplace(who, std::move(*in)).first;
        }
        made.headers.emplace_back("cookie", "__Host-session=" + session->second.secret);
        made.headers.emplace_back("x-csrf-token", session->second.session.csrf);
        return made;
    }
    [[nodiscard]] Spoken ask(const std::string& who, const std::string& method,
                             const std::string& target, const std::string& body = "") {
        return send(by(who, request(method, target, body)));
    }
    [[nodiscard]] std::vector<std::string> acts() const {
        std::vector<std::string> all;
        EXPECT_TRUE(check_audit_log(
            directory_ / "audit.log", network_.network(), [&](const AuditEntry& entry) {
                all.push_back(entry.event.who + " " + entry.event.what + " " + entry.event.subject);
            }));
        return all;
    }

    testing_support::TempDirectory directory_;
    std::int64_t now_ms_ = kNow;
    std::optional<ReadModel> model_;
    std::unique_ptr<AccountBook> book_ = std::move(*AccountBook::open(directory_ / "accounts.db"));
    std::unique_ptr<Doorkeeper> door_ =
        std::make_unique<Doorkeeper>(*book_, AccessPolicy{}, ScryptCost{4, 8, 1}, system_random());
    std::unique_ptr<AuditLog> audit_ =
        std::move(*AuditLog::open(directory_ / "audit.log", network_.network(), kNow));
    std::map<std::string, Draft> drafts_;
    std::vector<Transaction> submitted_;
    std::map<std::string, NewSession> sessions_;
    std::unique_ptr<OfficeApi> api_;

  private:
    void add(const std::string& name, AccountRole role, std::vector<std::string> meters) {
        CHECK(*book_->add({.name = name,
                           .role = role,
                           .password = door_->hash(name + " password"),
                           .meters = std::move(meters),
                           .created_ms = kNow}));
    }
    void fill() {
        auto opened = ReadModel::open({directory_ / "office.db", {}}, network_.network());
        CHECK(opened.has_value());
        model_ = std::move(*opened);
        const CommittedBlock genesis{network_.genesis().block.block, {}};
        const std::vector<RecomputedSettlement> none;
        const std::vector<ReplayFault> faultless;
        CHECK(model_->add(0, rows_of({{genesis, states_[0], states_[0]}, none, faultless})));
        Height height = 0;
        for (const AppendBlock& each : appended_)
            CHECK(model_->add(++height, rows_of({{*each.committed, each.before, each.after},
                                                 each.settlements,
                                                 each.faults})));
    }
    void write_records() {
        auto records = Records::open({directory_ / "records.db", {}}, network_.network());
        CHECK(records.has_value());
        const OfficeAlarm alarm{OfficeAlarmKind::seal_broken, "meter-1-1", TestNetwork::cluster(1),
                                3, "the seal is broken"};
        CHECK(records->add_alarms(3, {alarm}, kNow / 1000));
        const auto person = records->add_person({"Ada Ohm", "ada@example.org"});
        CHECK(person.has_value());
        ApplicationForm form;
        form.id = ApplicationId("a-0");
        form.applicant = *person;
        form.service_point = "sp-1";
        form.estimated_w = 5000;
        CHECK(records->apply(form, "Volt Lane 1",
                             {.action = ApplicationAction::apply,
                              .at_s = kNow / 1000,
                              .by = {ActorRole::applicant, person->str()},
                              .reason = {},
                              .visit_s = {},
                              .inspection = {},
                              .commitment = {},
                              .holder = {}}));
    }
    void write_ledger() {
        auto ledger = Ledger::open(directory_ / "ledger.db", network_.genesis());
        CHECK(ledger.has_value());
        for (const CommittedBlock& each : chain_.blocks())
            CHECK(ledger->commit(each.block, each.certificate, each.block.header.time_ms));
    }
    [[nodiscard]] Ledger ledger() const {
        auto opened = Ledger::open_read_only(directory_ / "ledger.db", network_.network());
        CHECK(opened.has_value());
        return std::move(*opened);
    }
    [[nodiscard]] Keyholder holder() const {
        return {network_.dgmd(), agreement_key(network_.dgmd().str())};
    }
    [[nodiscard]] DraftingGround drafting() {
        const NodeId dgmd = network_.dgmd();
        const std::shared_ptr<const Signer> signer(std::shared_ptr<void>(), &network_.key(dgmd));
        return {chain_.state(), TimeZone("UTC", {{0, 0}}), dgmd, signer,
                std::filesystem::path(directory_ / "data-keys")};
    }
    // Of a cluster with the same load in every hour of three weeks.
    [[nodiscard]] static Json forecast() {
        using forecast::WindowSeries;
        const std::vector<std::optional<std::int64_t>> load(3 * 42, 5000);
        const std::vector<std::optional<std::int64_t>> sun(3 * 42, 700);
        const std::int64_t start_s = 1'470'614'400;
        const std::vector<forecast::ClusterSeries> clusters = {
            {"cluster-1", WindowSeries(start_s, 14'400, load), WindowSeries(start_s, 14'400, sun)}};
        return forecast::week_json(forecast::forecast_week(clusters, {}, {start_s}));
    }
    static ApiRules rules() {
        ApiRules rules;
        rules.rate = {.per_minute = 1'000'000, .burst = 1'000'000, .addresses = 100};
        return rules;
    }
    ApiSources sources() {
        ApiSources made;
        made.rows = [this](const OfficeQuery& query) { return model_->select(query); };
        made.network = [this] {
            return network_json(network_.genesis().content, network_.network());
        };
        made.health = [this] { return health_json(model_->height(), 0); };
        made.metrics = [] { return std::string("up 1\n"); };
        made.drafts.all = [this] {
            return std::vector<std::pair<std::string, Draft>>(drafts_.begin(), drafts_.end());
        };
        made.drafts.save = [this](const std::string& name, const Draft& draft) {
            drafts_[name] = draft;
            return Result<void, std::string>();
        };
        made.records = [this] {
            return Records::open({directory_ / "records.db", {}}, network_.network());
        };
        made.drafting = [this] { return Result<DraftingGround, std::string>(drafting()); };
        made.codes_key = [this] { return codes_key_of(directory_ / "codes.key"); };
        made.submit = [this](const Transaction& notice) {
            submitted_.push_back(notice);
            return Result<void, std::string>();
        };
        made.forecast = [] { return Result<Json, std::string>(forecast()); };
        made.bills.run = [this](const BillOrder& order) {
            return run_bills(ledger(), network_.genesis(), holder(), order);
        };
        made.bills.proof = [this](const MeterId& meter, const BillMonth& month) {
            return proved_bill(ledger(), network_.genesis(), holder(), meter, month);
        };
        made.bills.reading_proof = [this](const MeterId& meter, Window window) {
            return proved_reading(ledger(), network_.genesis(), holder(), meter, window);
        };
        made.parameters = network_.genesis().content.parameters;
        made.network_id = network_.network();
        made.door = door_.get();
        made.audit = audit_.get();
        made.audit_file = directory_ / "audit.log";
        made.now_ms = [this] { return now_ms_; };
        return made;
    }
};

}  // namespace fairfeed::test
