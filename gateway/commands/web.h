// The office's API as `gateway serve` brings it: the files of the configuration behind the web
// server.
#pragma once

#include <memory>
#include <string>

#include "core/io/clock.h"
#include "core/wire/genesis_file_codec.h"
#include "gateway/api/http_service.h"
#include "gateway/config/gateway_config.h"

namespace fairfeed {

// `config.http` is there; `config`, `genesis` and `clock` outlive the service. Error, for a person.
[[nodiscard]] Result<std::unique_ptr<HttpService>, std::string> start_web(
    const GatewayConfig& config, const LoadedGenesis& genesis, const Clock& clock);

}  // namespace fairfeed
