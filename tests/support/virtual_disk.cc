#include "tests/support/virtual_disk.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "core/base/check.h"
#include "tests/support/dice.h"

namespace fairfeed::test {
namespace {

constexpr std::size_t kSector = 512;

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

// Whether this sync makes that operation durable.
bool covers(const DiskOperation& sync, const DiskOperation& operation) {
    using Kind = DiskOperation::Kind;
    if (operation.kind != Kind::rename)
        return sync.kind == Kind::sync && sync.file == operation.file;
    return sync.kind == Kind::sync_names &&
           parent_of(operation.names.front().first) == sync.names.front().first;
}

}  // namespace

std::string_view to_string(Cut cut) {
    switch (cut) {
        case Cut::kept:
            return "kept";
        case Cut::lost:
            return "lost";
        case Cut::torn:
            return "torn";
        case Cut::reordered:
            return "reordered";
    }
    return "unknown";
}

DiskImage DiskImage::read(const std::filesystem::path& root) {
    DiskImage image;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        const std::string name = entry.path().lexically_relative(root).string();
        if (entry.is_directory()) {
            image.directories.insert(name);
            continue;
        }
        std::ifstream in(entry.path(), std::ios::binary);
        image.files[name] = Bytes(std::istreambuf_iterator<char>(in), {});
    }
    return image;
}

void DiskImage::lay_out(const std::filesystem::path& root) const {
    std::filesystem::remove_all(root);
    std::filesystem::create_directories(root);
    for (const std::string& name : directories)
        std::filesystem::create_directories(root / name);
    for (const auto& [name, content] : files) {
        std::ofstream out(root / name, std::ios::binary);
        out.write(reinterpret_cast<const char*>(content.data()),
                  static_cast<std::streamsize>(content.size()));
        CHECK(out.good());
    }
}

std::uint64_t DiskImage::fingerprint() const {
    std::uint64_t sum = 0;
    const auto mix = [&sum](std::string_view text) {
        sum ^= std::hash<std::string_view>{}(text);
        sum = Dice(sum).next();
    };
    for (const std::string& name : directories)
        mix(name);
    for (const auto& [name, content] : files) {
        mix(name);
        mix(as_text(content));
    }
    return sum;
}

VirtualDisk::VirtualDisk(const DiskImage& start) {
    FileNumber number = kNoFile;
    for (const std::string& name : start.directories)
        durable_.names[name] = kDirectory;
    for (const auto& [name, content] : start.files) {
        durable_.names[name] = ++number;
        durable_.files[number] = content;
    }
}

void VirtualDisk::Content::apply(const DiskOperation& operation, std::size_t from, std::size_t to) {
    if (operation.kind == DiskOperation::Kind::rename) {
        for (const auto& [name, number] : operation.names) {
            if (number == kNoFile) {
                names.erase(name);
            } else {
                names[name] = number;
            }
        }
        return;
    }
    Bytes& content = files[operation.file];
    if (operation.kind == DiskOperation::Kind::truncate) {
        content.resize(operation.offset);
        return;
    }
    if (from >= to) return;
    content.resize(std::max<std::size_t>(content.size(), operation.offset + to));
    std::copy(operation.bytes.begin() + static_cast<std::ptrdiff_t>(from),
              operation.bytes.begin() + static_cast<std::ptrdiff_t>(to),
              content.begin() + static_cast<std::ptrdiff_t>(operation.offset + from));
}

void VirtualDisk::perform(const DiskOperation& operation) {
    using Kind = DiskOperation::Kind;
    if (operation.kind == Kind::sync || operation.kind == Kind::sync_names) {
        make_durable(operation);
    } else {
        pending_.push_back(&operation);
    }
}

void VirtualDisk::make_durable(const DiskOperation& sync) {
    for (const DiskOperation* operation : pending_)
        if (covers(sync, *operation)) durable_.apply(*operation);
    std::erase_if(pending_,
                  [&](const DiskOperation* operation) { return covers(sync, *operation); });
}

DiskImage VirtualDisk::after(Cut cut, std::uint64_t seed) const {
    Dice dice(seed);
    Content content = durable_;
    const bool tears = cut == Cut::torn && !pending_.empty();
    const DiskOperation* torn = tears ? pending_.back() : nullptr;
    for (const DiskOperation* operation : pending_) {
        const std::size_t size = operation->bytes.size();
        if (cut == Cut::lost) break;
        if (cut == Cut::kept || (cut == Cut::torn && operation != torn)) {
            content.apply(*operation);
        } else if (cut == Cut::torn) {
            content.apply(*operation, 0, size / 2);
        } else if (const std::uint64_t chance = dice.next(); chance % 3 == 0) {
            content.apply(*operation);
        } else if (chance % 3 == 1 && size > kSector) {
            const std::size_t middle = (chance >> 8U) % (size / kSector) * kSector + kSector;
            const bool head = (chance >> 4U) % 2 == 0;
            content.apply(*operation, head ? 0 : std::min(middle, size),
                          head ? std::min(middle, size) : size);
        }
    }
    DiskImage image;
    const auto reachable = [&](const std::string& name) {
        const auto parent = content.names.find(parent_of(name));
        return parent_of(name).empty() ||
               (parent != content.names.end() && parent->second == kDirectory);
    };
    for (const auto& [name, number] : content.names) {
        if (!reachable(name)) continue;
        if (number == kDirectory) {
            image.directories.insert(name);
        } else {
            image.files[name] = content.files[number];
        }
    }
    return image;
}

}  // namespace fairfeed::test
