#include "serve/worker.h"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <numeric>

#include "expect_error.h"

namespace worker_test {

using namespace hone;
using serve::Job;
using serve::Worker;

task::Question row(int32_t first, size_t length = 1) {
  text::Encoding encoding;
  encoding.ids.assign(length, first);
  encoding.type_ids.assign(length, 0);
  return {.windows = {encoding}};
}

// A model without weights: a question's outputs are its first id and its length. It records each batch, waits while its
// gate is closed, and throws for the id -1.
class FakeModel {
 public:
  std::vector<task::Outputs> operator()(const Worker::Questions& questions) {
    std::unique_lock lock(mutex_);
    std::vector<int32_t> batch;
    std::vector<task::Outputs> outputs;
    for (const task::Question* question : questions) {
      const std::vector<int32_t>& ids = question->windows.front().ids;
      batch.push_back(ids.front());
      outputs.push_back({{{static_cast<float>(ids.front()), static_cast<float>(ids.size())}}});
    }
    batches_.push_back(batch);
    changed_.notify_all();
    if (batches_.size() == stop_at_) open_ = false;
    changed_.wait(lock, [&] { return open_; });
    if (std::find(batch.begin(), batch.end(), -1) != batch.end()) throw Error(ErrorKind::kInput, "-1 is no id");
    return outputs;
  }

  void shut() { set_open(false); }
  void open() { set_open(true); }
  // Closes the gate at this batch.
  void stop_at(size_t num_batches) {
    const std::lock_guard lock(mutex_);
    stop_at_ = num_batches;
  }
  void wait_for_batches(size_t count) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, std::chrono::seconds(30), [&] { return batches_.size() >= count; }));
  }
  std::vector<std::vector<int32_t>> batches() {
    const std::lock_guard lock(mutex_);
    return batches_;
  }

 private:
  void set_open(bool is_open) {
    const std::lock_guard lock(mutex_);
    open_ = is_open;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::vector<int32_t>> batches_;
  size_t stop_at_ = 0;
  bool open_ = true;
};

using Questions = std::vector<task::Question>;
using Outputs = std::vector<task::Outputs>;
using Logits = std::vector<float>;  // of all questions of a job

struct Bench {
  http::Metrics metrics;
  FakeModel model;
  std::unique_ptr<Worker> worker;

  explicit Bench(const serve::WorkerOptions& options) {
    worker = std::make_unique<Worker>(
        options, metrics, [this] { return [this](const Worker::Questions& questions) { return model(questions); }; });
  }
  ~Bench() { model.open(); }

  std::future<Logits> submit(std::vector<task::Question> rows, std::stop_token gone = {}) {
    const auto promise = std::make_shared<std::promise<Logits>>();
    Job job{std::move(rows),
            [promise](const Questions&, const Outputs& outputs, const std::exception_ptr& error) {
              if (error) return promise->set_exception(error);
              Logits logits;
              for (const task::Outputs& own : outputs) {
                logits.insert(logits.end(), own.windows.front().begin(), own.windows.front().end());
              }
              promise->set_value(std::move(logits));
            },
            std::move(gone)};
    CHECK(worker->submit(job));
    return promise->get_future();
  }
  // Keeps the model busy with a job of id 0 until the gate opens, so that later jobs wait together.
  std::future<Logits> keep_busy() {
    model.shut();
    std::future<Logits> busy = submit({row(0)});
    model.wait_for_batches(1);
    return busy;
  }
  bool counts(const std::string& line) const { return contains(metrics.text(), line + "\n"); }
};

using Batches = std::vector<std::vector<int32_t>>;

TEST_CASE("each job gets the logits of its own rows in order") {
  Bench bench({});
  auto first = bench.submit({row(3, 2), row(4)}), second = bench.submit({row(5, 7)});
  CHECK(first.get() == Logits{3, 2, 4, 1});
  CHECK(second.get() == Logits{5, 7});
}

TEST_CASE("waiting jobs are computed together, up to the token limit of a batch") {
  Bench bench({.max_batch_tokens = 10});
  auto busy = bench.keep_busy();
  std::vector<std::future<Logits>> results;
  for (int32_t id = 1; id <= 4; ++id) results.push_back(bench.submit({row(id, 4)}));
  bench.model.open();
  for (auto& result : results) CHECK(result.get()[1] == 4);
  CHECK(bench.model.batches() == Batches{{0}, {1, 2}, {3, 4}});
  CHECK(bench.counts("hone_tokens_total 17"));
  CHECK(bench.counts("hone_batch_rows_count 3"));
  CHECK(bench.counts("hone_batch_rows_sum 5"));
  CHECK(bench.counts("hone_batch_tokens_bucket{le=\"32\"} 3"));
}

TEST_CASE("a row with more tokens than the limit is a batch of its own") {
  Bench bench({.max_batch_tokens = 10});
  auto busy = bench.keep_busy();
  auto first = bench.submit({row(1, 25)}), second = bench.submit({row(2, 3)});
  bench.model.open();
  CHECK(first.get() == Logits{1, 25});
  CHECK(second.get() == Logits{2, 3});
  CHECK(bench.model.batches() == Batches{{0}, {1}, {2}});
}

TEST_CASE("batches of a long job alternate with other jobs: a later short job is computed after one of them") {
  Bench bench({.max_batch_tokens = 4});
  auto busy = bench.keep_busy();
  auto long_job = bench.submit({row(1, 2), row(2, 2), row(3, 2), row(4, 2), row(5, 2)});
  auto short_job = bench.submit({row(9, 2)});
  bench.model.open();
  CHECK(short_job.get() == Logits{9, 2});
  CHECK(long_job.get() == Logits{1, 2, 2, 2, 3, 2, 4, 2, 5, 2});
  CHECK(bench.model.batches() == Batches{{0}, {1, 2}, {9, 3}, {4, 5}});
}

TEST_CASE("a job that throws does not affect other jobs") {
  Bench bench({});
  auto busy = bench.keep_busy();
  auto good = bench.submit({row(1)}), bad = bench.submit({row(2), row(-1)}), other = bench.submit({row(3)});
  bench.model.open();
  CHECK(good.get() == Logits{1, 1});
  CHECK(other.get() == Logits{3, 1});
  CHECK(std::string(expect_error([&] { bad.get(); }).what()) == "-1 is no id");
  CHECK(bench.counts("hone_compute_failed_total 1"));
  CHECK(bench.counts("hone_queue_requests 0"));
}

TEST_CASE("a job whose client has gone is not computed any further, neither a waiting nor a started one") {
  Bench bench({.max_batch_tokens = 4});
  auto busy = bench.keep_busy();
  std::stop_source waiting_client, long_client;
  auto half_done = bench.submit({row(1, 4), row(2, 4), row(3, 4)}, long_client.get_token());
  auto waiting = bench.submit({row(4)}, waiting_client.get_token());
  auto other = bench.submit({row(5, 4)});
  waiting_client.request_stop();
  bench.model.stop_at(2);  // the first batch of the long job
  bench.model.open();
  bench.model.wait_for_batches(2);
  long_client.request_stop();
  bench.model.open();
  CHECK(other.get() == Logits{5, 4});
  CHECK_THROWS_AS(waiting.get(), const std::future_error&);
  CHECK_THROWS_AS(half_done.get(), const std::future_error&);
  CHECK(bench.model.batches() == Batches{{0}, {1}, {5}});
  CHECK(bench.submit({row(6)}).get() == Logits{6, 1});
  CHECK(bench.counts("hone_queue_abandoned_total 2"));
  CHECK(bench.counts("hone_queue_requests 0"));
}

TEST_CASE("a job that waited too long gets 503 and is not computed; a started job continues") {
  Bench bench({.max_batch_tokens = 4, .max_wait = std::chrono::milliseconds(200)});
  auto busy = bench.keep_busy();
  auto late = bench.submit({row(3)});
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  auto in_time = bench.submit({row(4)});
  bench.model.open();
  CHECK(in_time.get() == Logits{4, 1});
  try {
    late.get();
    FAIL("was computed");
  } catch (const http::RequestError& error) {
    CHECK(error.details().status == 503);
    CHECK(error.details().retry_after_seconds == 1);
    CHECK(error.details().message == "the request waited longer than 0.2 s for the model");
  }
  CHECK(bench.model.batches() == Batches{{0}, {4}});
  CHECK(bench.counts("hone_queue_expired_total 1"));
  bench.model.shut();
  auto half_done = bench.submit({row(5, 4), row(6, 4)});
  bench.model.wait_for_batches(3);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  bench.model.open();
  CHECK(half_done.get() == Logits{5, 4, 6, 4});
  CHECK(bench.counts("hone_queue_requests 0"));
}

TEST_CASE("a full queue refuses jobs, and accepts them again once it is shorter") {
  Bench bench({.max_queue = 2});
  auto busy = bench.keep_busy();
  auto first = bench.submit({row(1)}), second = bench.submit({row(2)});
  Job third{{row(3)}, [](const Questions&, const Outputs&, const std::exception_ptr&) { FAIL("was refused"); }};
  CHECK_FALSE(bench.worker->submit(third));
  CHECK(third.questions.size() == 1);  // the refused questions are unchanged
  CHECK(bench.counts("hone_queue_rejected_total 1"));
  CHECK(bench.counts("hone_queue_requests 3"));
  bench.model.open();
  CHECK(second.get() == Logits{2, 1});
  CHECK(bench.submit({row(4)}).get() == Logits{4, 1});
}

TEST_CASE("the worker waits for clients whose jobs were computed together, but not for a single client") {
  Bench bench({.gather_share = 1e6, .max_gather = std::chrono::milliseconds(3000)});
  auto busy = bench.keep_busy();
  auto first = bench.submit({row(1)}), second = bench.submit({row(2)});
  bench.model.open();
  CHECK(first.get() == Logits{1, 1});
  CHECK(second.get() == Logits{2, 1});
  auto third = bench.submit({row(3)});
  CHECK(third.wait_for(std::chrono::milliseconds(100)) == std::future_status::timeout);
  auto fourth = bench.submit({row(4)});
  CHECK(fourth.get() == Logits{4, 1});
  CHECK(bench.submit({row(5)}).get() == Logits{5, 1});  // the third client sends no further job
  const auto start = std::chrono::steady_clock::now();
  CHECK(bench.submit({row(6)}).get() == Logits{6, 1});
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(2500));
  CHECK(bench.model.batches() == Batches{{0}, {1, 2}, {3, 4}, {5}, {6}});
}

TEST_CASE("stopping finishes the current batch, drops waiting jobs and refuses new ones") {
  Bench bench({});
  auto busy = bench.keep_busy();
  auto waiting = bench.submit({row(1)});
  std::thread stopper([&] { bench.worker->stop(); });
  CHECK_THROWS_AS(waiting.get(), const std::future_error&);
  bench.model.open();
  stopper.join();
  CHECK(busy.get() == Logits{0, 1});
  Job late{{row(2)}, [](const Questions&, const Outputs&, const std::exception_ptr&) {}};
  CHECK_FALSE(bench.worker->submit(late));
  CHECK(bench.model.batches() == Batches{{0}});
}

TEST_CASE("a worker without a model refuses all jobs") {
  http::Metrics metrics;
  std::promise<void> loaded;
  Worker worker({}, metrics, [&] {
    loaded.set_value();
    return Worker::Forward();
  });
  loaded.get_future().wait();
  worker.stop();
  Job job{{row(1)}, [](const Questions&, const Outputs&, const std::exception_ptr&) {}};
  CHECK_FALSE(worker.submit(job));
}

TEST_CASE("jobs from many threads all get their own logits") {
  Bench bench({.max_batch_tokens = 16, .max_queue = 10000});
  std::vector<std::thread> clients;
  std::atomic<int> num_right{0};
  for (int32_t client = 0; client < 4; ++client) {
    clients.emplace_back([&, client] {
      for (int32_t i = 0; i < 250; ++i) {
        const int32_t id = client * 1000 + i;
        const size_t length = static_cast<size_t>(i % 5) + 1;
        const Logits expected{static_cast<float>(id), static_cast<float>(length), static_cast<float>(id + 1), 1};
        num_right += bench.submit({row(id, length), row(id + 1)}).get() == expected;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  CHECK(num_right == 1000);
}

TEST_CASE("the queue's metrics have Prometheus' names, help lines and types") {
  http::Metrics metrics;
  serve::QueueCounters queue(metrics);
  queue.rows.observe(3);
  queue.tokens.observe(100);
  queue.tokens_total.add(100);
  queue.waiting.add(2);
  const std::string text = metrics.text();
  CHECK(contains(text, "# TYPE hone_batch_rows histogram\n"));
  CHECK(contains(text, "hone_batch_rows_bucket{le=\"2\"} 0\nhone_batch_rows_bucket{le=\"4\"} 1\n"));
  CHECK(contains(text, "hone_batch_tokens_bucket{le=\"128\"} 1\n"));
  CHECK(contains(text, "# TYPE hone_tokens_total counter\nhone_tokens_total 100\n"));
  CHECK(contains(text, "# TYPE hone_queue_requests gauge\nhone_queue_requests 2\n"));
  CHECK(contains(text, "hone_queue_rejected_total 0\n"));
}

}  // namespace worker_test
