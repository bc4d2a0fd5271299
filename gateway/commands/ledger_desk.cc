#include "gateway/commands/ledger_desk.h"

#include "core/io/zone_file.h"
#include "gateway/bills/proof_files.h"
#include "gateway/commands/forecast_office.h"
#include "gateway/config/gateway_files.h"
#include "gateway/readmodel/read_model.h"

namespace fairfeed {
namespace {

constexpr const char* kDataKeys = "data-keys";
constexpr const char* kNoLedger = "there is no ledger yet";

bool is_same(const BillOrder& one, const BillOrder& other) {
    return one.month == other.month && one.meter == other.meter;
}

}  // namespace

LedgerDesk::LedgerDesk(const GatewayConfig& config, const LoadedGenesis& genesis, Keyholder holder,
                       std::vector<SigningKey> signing, TimeZone zone)
    : config_(config),
      genesis_(genesis),
      holder_(std::move(holder)),
      signing_(std::move(signing)),
      zone_(std::move(zone)),
      view_(genesis, config.ledger) {}

Result<std::shared_ptr<LedgerDesk>, std::string> LedgerDesk::open(const GatewayConfig& config,
                                                                  const LoadedGenesis& genesis) {
    auto signing = load_signing_keys(config);
    if (!signing) return unexpected(signing.error());
    const auto agreement = load_agreement_keys(config);
    if (!agreement) return unexpected(agreement.error());
    auto zone = load_time_zone(genesis.content.parameters.time_zone);
    if (!zone) return unexpected("the network's zone: " + zone.error());
    return std::shared_ptr<LedgerDesk>(
        new LedgerDesk(config, genesis,
                       {genesis.content.dgmd, agreement->front(),
                        {agreement->begin() + 1, agreement->end()}},
                       std::move(*signing), std::move(*zone)));
}

Result<std::optional<Ledger>, std::string> LedgerDesk::ledger() const {
    std::error_code error;
    if (!std::filesystem::exists(config_.ledger, error) && !error) return std::optional<Ledger>();
    auto opened = Ledger::open_read_only(config_.ledger, genesis_.network);
    if (!opened) return unexpected(opened.error().message);
    return std::optional(std::move(*opened));
}

Result<DraftingGround, std::string> LedgerDesk::drafting() {
    auto state = view_.state();
    if (!state) return unexpected(state.error());
    auto signer = std::make_shared<SigningKey>(key_in_force(*state, signing_));
    return DraftingGround{std::move(*state), zone_, holder_.node, std::move(signer),
                          config_.drafts / kDataKeys};
}

Result<BillRun, std::string> LedgerDesk::bills(const BillOrder& order) {
    const std::lock_guard alone(bills_mutex_);
    const auto opened = ledger();
    if (!opened) return unexpected(opened.error());
    if (!*opened) return BillRun();
    if ((*opened)->height() != bills_height_) bills_.clear();
    bills_height_ = (*opened)->height();
    for (const KnownBills& known : bills_)
        if (is_same(known.order, order)) return known.run;
    auto run = run_bills(**opened, genesis_, holder_, order);
    if (!run) return run;
    bills_.push_front({order, *run});
    if (bills_.size() > kMostKnown) bills_.pop_back();
    return run;
}

Result<Bytes, std::string> LedgerDesk::bill_proof(const MeterId& meter,
                                                  const BillMonth& month) const {
    const auto opened = ledger();
    if (!opened) return unexpected(opened.error());
    if (!*opened) return unexpected(std::string(kNoLedger));
    return proved_bill(**opened, genesis_, holder_, meter, month);
}

Result<Bytes, std::string> LedgerDesk::reading_proof(const MeterId& meter, Window window) const {
    const auto opened = ledger();
    if (!opened) return unexpected(opened.error());
    if (!*opened) return unexpected(std::string(kNoLedger));
    return proved_reading(**opened, genesis_, holder_, meter, window);
}

Result<Json, std::string> LedgerDesk::forecast() {
    const std::lock_guard alone(forecast_mutex_);
    const auto model = ReadModel::open(config_.database, genesis_.network);
    if (!model) return unexpected(model.error());
    const auto height = model->height();
    if (forecast_height_ && forecast_height_ == height) return forecast_;
    const auto week = office_forecast(config_);
    if (!week) return unexpected(week.error().front());
    forecast_ = forecast::week_json(*week);
    forecast_height_ = height;
    return forecast_;
}

}  // namespace fairfeed
