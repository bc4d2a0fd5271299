#include "gateway/commands/web.h"

#include "core/io/file.h"
#include "core/io/log.h"
#include "core/io/status_file.h"
#include "gateway/commands/ledger_desk.h"
#include "gateway/commands/office_files.h"
#include "gateway/desk/code_desk.h"
#include "gateway/service/notice_outbox.h"

namespace fairfeed {
namespace {

DraftShelf shelf_of(const std::filesystem::path& directory) {
    DraftShelf shelf;
    shelf.all = [directory] {
        std::vector<std::pair<std::string, Draft>> all;
        for (const std::filesystem::path& file : drafts_in(directory)) {
            auto draft = load_draft(file);
            if (draft) all.emplace_back(file.filename().string(), std::move(*draft));
        }
        return all;
    };
    shelf.save = [directory](const std::string& name, const Draft& draft) {
        if (const auto made = make_directories(directory); !made)
            return Result<void, std::string>(unexpected(made.error().message));
        return save_draft(directory / name, draft);
    };
    return shelf;
}

std::optional<std::uint64_t> behind(const GatewayConfig& config, const Clock& clock) {
    const auto found = read_status(status_file_of(config), clock.now().real_ms);
    if (!found || !found->is_current()) return std::nullopt;
    const std::int64_t* blocks = found->facts.at("behind").as_int();
    if (blocks == nullptr || *blocks < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*blocks);
}

ApiSources sources_of(const GatewayConfig& config, const std::shared_ptr<LedgerDesk>& desk) {
    ApiSources sources;
    sources.drafts = shelf_of(config.drafts);
    sources.drafting = [desk] { return desk->drafting(); };
    sources.codes_key = [file = config.codes_key] { return codes_key_of(file); };
    sources.submit = [file = config.ledger](const Transaction& notice) {
        const auto put = NoticeOutbox(file).put(notice);
        return put ? Result<void, std::string>()
                   : Result<void, std::string>(unexpected(put.error().message));
    };
    sources.forecast = [desk] { return desk->forecast(); };
    sources.bills.run = [desk](const BillOrder& order) { return desk->bills(order); };
    sources.bills.proof = [desk](const MeterId& meter, const BillMonth& month) {
        return desk->bill_proof(meter, month);
    };
    sources.bills.reading_proof = [desk](const MeterId& meter, Window window) {
        return desk->reading_proof(meter, window);
    };
    return sources;
}

}  // namespace

Result<std::unique_ptr<HttpService>, std::string> start_web(const GatewayConfig& config,
                                                            const LoadedGenesis& genesis,
                                                            const Clock& clock) {
    const HttpSettings& http = *config.http;
    HttpServiceConfig service;
    service.place = {http.host, http.port, http.tls_key, http.tls_certificate};
    service.rules.hosts = http.names;
    service.database = config.database;
    service.accounts = config.accounts;
    service.audit = config.audit;
    service.behind = [&config, &clock] { return behind(config, clock); };
    const auto desk = LedgerDesk::open(config, genesis);
    if (!desk) return unexpected(desk.error());
    ApiSources sources = sources_of(config, *desk);
    sources.network = [&genesis] { return network_json(genesis.content, genesis.network); };
    sources.records = [&config, &genesis] {
        return Records::open(config.records, genesis.network);
    };
    sources.parameters = genesis.content.parameters;
    sources.network_id = genesis.network;
    auto started = HttpService::start(service, std::move(sources), clock);
    if (started)
        log_info("the office's API listens", kv("host", http.host), kv("port", (*started)->port()));
    return started;
}

}  // namespace fairfeed
