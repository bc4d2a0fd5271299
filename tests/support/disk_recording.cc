#include "tests/support/disk_recording.h"

#include <algorithm>

#include "core/base/check.h"

namespace fairfeed::test {
namespace {

DiskRecording* listener = nullptr;

}  // namespace

std::size_t DiskHistory::acknowledged_before(std::size_t operation) const {
    const auto end = std::upper_bound(acknowledgements.begin(), acknowledgements.end(), operation);
    return static_cast<std::size_t>(end - acknowledgements.begin());
}

DiskRecording::DiskRecording(const std::filesystem::path& root, std::optional<DiskFault> fault)
    : root_(std::filesystem::canonical(root).string() + "/"), fault_(fault) {
    history_.start = DiskImage::read(root);
    CHECK(listener == nullptr);
    install_recording_vfs();
    for (const std::string& name : history_.start.directories)
        numbers_[name] = kDirectory;
    for (const auto& [name, content] : history_.start.files)
        numbers_[name] = ++last_number_;
    listener = this;
}

DiskRecording::~DiskRecording() {
    listener = nullptr;
}

DiskRecording* DiskRecording::of(const std::string& path) {
    if (listener == nullptr) return nullptr;
    const bool inside = path.rfind(listener->root_, 0) == 0 || path + "/" == listener->root_;
    return inside ? listener : nullptr;
}

std::string DiskRecording::relative(const std::string& path) const {
    return path.size() < root_.size() ? std::string() : path.substr(root_.size());
}

FileNumber DiskRecording::number_of(const std::string& path) const {
    const auto found = numbers_.find(relative(path));
    CHECK(found != numbers_.end());
    return found->second;
}

int DiskRecording::add(DiskOperation operation) {
    const std::size_t index = history_.operations.size();
    const bool fails = fault_ && (fault_->once ? index == fault_->first : index >= fault_->first);
    if (!fails && operation.kind == DiskOperation::Kind::rename) {
        for (const auto& [name, number] : operation.names) {
            if (number == kNoFile) {
                numbers_.erase(name);
            } else {
                numbers_[name] = number;
            }
        }
    }
    history_.operations.push_back(std::move(operation));
    failed_ = failed_ || fails;
    return fails ? fault_->error : 0;
}

int DiskRecording::write(const std::string& path, std::uint64_t offset, ByteView bytes) {
    return add({DiskOperation::Kind::write, number_of(path), offset, to_bytes(bytes), {}});
}

int DiskRecording::truncate(const std::string& path, std::uint64_t length) {
    return add({DiskOperation::Kind::truncate, number_of(path), length, {}, {}});
}

int DiskRecording::sync(const std::string& path) {
    return add({DiskOperation::Kind::sync, number_of(path), 0, {}, {}});
}

int DiskRecording::sync_names(const std::string& directory) {
    const std::string name = relative(directory);
    return add({DiskOperation::Kind::sync_names, kDirectory, 0, {}, {{name, kDirectory}}});
}

int DiskRecording::create(const std::string& path, bool directory) {
    const FileNumber number = directory ? kDirectory : last_number_ + 1;
    if (!directory) ++last_number_;
    return add({DiskOperation::Kind::rename, number, 0, {}, {{relative(path), number}}});
}

int DiskRecording::remove(const std::string& path) {
    return add({DiskOperation::Kind::rename, kNoFile, 0, {}, {{relative(path), kNoFile}}});
}

int DiskRecording::rename(const std::string& from, const std::string& to) {
    const FileNumber number = number_of(from);
    return add({DiskOperation::Kind::rename,
                number,
                0,
                {},
                {{relative(from), kNoFile}, {relative(to), number}}});
}

}  // namespace fairfeed::test
