// What the office's API reads from the ledger and with DGMD's keys: the ground of drafts, bills,
// proofs, and the forecast. Answers that take long are kept while the chain stands where it stood.
// Any thread; bills and forecasts one at a time.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/accounts/keyholder_accounts.h"
#include "core/io/json.h"
#include "gateway/bills/bill_run.h"
#include "gateway/config/gateway_config.h"
#include "gateway/desk/chain_view.h"
#include "gateway/desk/drafting.h"

namespace fairfeed {

class LedgerDesk {
  public:
    // `config` and `genesis` outlive this. Error: a key or the zone cannot be loaded.
    [[nodiscard]] static Result<std::shared_ptr<LedgerDesk>, std::string> open(
        const GatewayConfig& config, const LoadedGenesis& genesis);

    [[nodiscard]] Result<DraftingGround, std::string> drafting();
    [[nodiscard]] Result<BillRun, std::string> bills(const BillOrder& order);
    [[nodiscard]] Result<Bytes, std::string> bill_proof(const MeterId& meter,
                                                        const BillMonth& month) const;
    [[nodiscard]] Result<Bytes, std::string> reading_proof(const MeterId& meter,
                                                           Window window) const;
    [[nodiscard]] Result<Json, std::string> forecast();

  private:
    LedgerDesk(const GatewayConfig& config, const LoadedGenesis& genesis, Keyholder holder,
               std::vector<SigningKey> signing, TimeZone zone);
    // nullopt: there is no ledger yet.
    [[nodiscard]] Result<std::optional<Ledger>, std::string> ledger() const;

    struct KnownBills {
        BillOrder order;
        BillRun run;
    };
    static constexpr std::size_t kMostKnown = 8;

    const GatewayConfig& config_;
    const LoadedGenesis& genesis_;
    Keyholder holder_;
    std::vector<SigningKey> signing_;  // of before and after a DGMD_KEYS
    TimeZone zone_;
    ChainView view_;
    std::mutex bills_mutex_;
    Height bills_height_ = 0;
    std::deque<KnownBills> bills_;
    std::mutex forecast_mutex_;
    std::optional<Height> forecast_height_;
    Json forecast_;
};

}  // namespace fairfeed
