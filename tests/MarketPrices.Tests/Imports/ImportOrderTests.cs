using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Npgsql;

namespace Chokepoint.MarketPrices.Tests.Imports;

/// <summary>A service that soon looks again for files and for what became of their processes.</summary>
public sealed class WatchfulPriceService(ServersFixture servers) : IAsyncLifetime
{
    internal PriceService Prices { get; } = new(servers)
    {
        Settings = [("Imports:RetryAfter", "00:00:01"), ("Imports:Lease", "00:00:03"), ("Imports:Poll", "00:00:00.1"), ("Logging:LogLevel:Default", "None")],
    };

    public ValueTask InitializeAsync() => Prices.InitializeAsync();

    public ValueTask DisposeAsync() => Prices.DisposeAsync();
}

/// <summary>
/// Of two files of a day the one accepted last is known, whatever happens to the one before it; and a file that ends its process is given
/// up. What a dead process leaves is made as it leaves it: a job that runs, and a lease that nobody renews.
/// </summary>
public sealed class ImportOrderTests(WatchfulPriceService watchful) : IClassFixture<WatchfulPriceService>, IAsyncLifetime
{
    private const string Header = "Commodity,Statistics,Statistics_detail,Unit,Year,Value\n";
    private const string Current = "SELECT value FROM observations JOIN series ON no = series_no WHERE form = 'wanted'";

    private PriceService Prices => watchful.Prices;

    public async ValueTask InitializeAsync() => await EmptyDatabase.MakeAsync(Prices.Database);

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_file_whose_process_died_is_merged_before_the_file_behind_it()
    {
        var first = await LeaveAsync(Header + Row("wanted", 100), attempt: 1, leaseSeconds: 2);
        var second = await SendAsync(Header + Row("wanted", 110));

        (await EndAsync(first), await EndAsync(second)).ShouldBe(("completed", "completed"));
        (await Prices.QueryAsync<double>(Current)).ShouldBe(110);
    }

    [Fact]
    public async Task A_refused_file_lets_none_behind_it_pass_the_one_before_it()
    {
        Guid first, third;
        await using (await HoldAsync())
        {
            first = await SendAsync(Header + Row("held", 5) + Row("wanted", 100));
            await IsHeldAsync();
            (await EndAsync(await SendAsync("<html>"))).ShouldBe("rejected");
            third = await SendAsync(Header + Row("wanted", 110));
            await IsBegunAsync(third);
        }

        (await EndAsync(first), await EndAsync(third)).ShouldBe(("completed", "completed"));
        (await Prices.QueryAsync<double>(Current)).ShouldBe(110);
    }

    [Fact]
    public async Task A_file_that_fails_and_is_tried_again_is_merged_before_the_file_behind_it()
    {
        Guid first, second;
        await using (await HoldAsync())
        {
            first = await SendAsync(Header + Row("held", 5) + Row("wanted", 100));
            await IsHeldAsync();
            second = await SendAsync(Header + Row("wanted", 110));
            await IsBegunAsync(second);
            await ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
        }

        (await EndAsync(first), await EndAsync(second)).ShouldBe(("completed", "completed"));
        (await AttemptAsync(first)).ShouldBe(2);
        (await Prices.QueryAsync<double>(Current)).ShouldBe(110);
    }

    [Fact]
    public async Task A_file_whose_process_died_at_every_attempt_is_given_up_with_that_reason_and_the_next_is_imported()
    {
        var deadly = await LeaveAsync(Header + Row("wanted", 100), attempt: 5, leaseSeconds: -1);
        var next = await SendAsync(Header + Row("wanted", 110));

        (await EndAsync(deadly), await EndAsync(next)).ShouldBe(("failed", "completed"));
        (await Prices.GetAsync($"imports/{deadly}")).GetProperty("error").GetProperty("detail").GetString()!.ShouldContain("begun 5 times");
        (await Prices.QueryAsync<long>("SELECT count(*) FROM import_chunks")).ShouldBe(0);
        (await Prices.QueryAsync<double>(Current)).ShouldBe(110);
    }

    [Fact]
    public async Task A_file_that_its_process_let_go_of_is_not_given_up_however_often_that_was()
    {
        var released = await LeaveAsync(Header + Row("wanted", 100), attempt: 7, leaseSeconds: null);

        (await EndAsync(released)).ShouldBe("completed");
    }

    [Fact]
    public async Task A_file_that_is_tried_again_is_tried_alone_since_it_may_end_its_process_again()
    {
        Guid again, next;
        await using (await HoldAsync())
        {
            again = await LeaveAsync(Header + Row("held", 5), attempt: 1, leaseSeconds: -1);
            await IsHeldAsync();
            next = await SendAsync(Header + Row("wanted", 110));
            (await Prices.RecordAsync("desk", """{"date":"2020-01-01","value":1}""")).Status.ShouldBe(HttpStatusCode.Accepted); // time enough to begin it
        }

        (await EndAsync(again), await EndAsync(next)).ShouldBe(("completed", "completed"));
        (await Prices.QueryAsync<bool>($"SELECT (SELECT started_at FROM import_jobs WHERE id = '{next}') >= (SELECT finished_at FROM import_jobs WHERE id = '{again}')")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_file_that_is_tried_again_waits_until_the_one_before_it_has_ended()
    {
        Guid first, again, next;
        await using (await HoldAsync())
        {
            first = await SendAsync(Header + Row("held", 5));
            await IsHeldAsync();
            again = await LeaveAsync(Header + Row("wanted", 100), attempt: 1, leaseSeconds: -1, startedAt: "NULL"); // when it is begun here
            next = await SendAsync(Header + Row("wanted", 110));
            (await Prices.RecordAsync("desk", """{"date":"2020-01-01","value":1}""")).Status.ShouldBe(HttpStatusCode.Accepted); // time enough to begin it
        }

        (await EndAsync(first), await EndAsync(again), await EndAsync(next)).ShouldBe(("completed", "completed", "completed"));
        (await Prices.QueryAsync<bool>($"SELECT (SELECT started_at FROM import_jobs WHERE id = '{again}') >= (SELECT finished_at FROM import_jobs WHERE id = '{first}')")).ShouldBeTrue();
        (await Prices.QueryAsync<double>(Current)).ShouldBe(110);
    }

    [Fact]
    public async Task A_body_that_could_not_be_deleted_behind_its_import_is_deleted_later()
    {
        await ExecuteAsync("""
            CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'kept'; END $$;
            CREATE TRIGGER keep BEFORE DELETE ON import_chunks FOR EACH ROW EXECUTE FUNCTION keep();
            """);
        try
        {
            var job = await SendAsync(Header + Row("wanted", 100) + string.Concat(Enumerable.Repeat(Row("filler", 1), 1 + (1 << 20) / Row("filler", 1).Length)));
            (await EndAsync(job)).ShouldBe("completed");
            (await Prices.QueryAsync<long>("SELECT count(*) FROM import_chunks")).ShouldBe(2);
        }
        finally
        {
            await ExecuteAsync("DROP FUNCTION keep CASCADE");
        }

        await Eventually.IsTrueAsync(async () => await Prices.QueryAsync<long>("SELECT count(*) FROM import_chunks") == 0);
    }

    [Fact]
    public async Task A_file_cancelled_before_its_process_died_is_not_read_again()
    {
        var cancelled = await LeaveAsync(Header + Row("wanted", 100), attempt: 1, leaseSeconds: 1);
        await ExecuteAsync("DELETE FROM import_chunks"); // who reads it fails

        (await Prices.Client.DeleteAsync($"/api/prices/imports/{cancelled}")).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        (await EndAsync(cancelled)).ShouldBe("cancelled");
    }

    [Fact]
    public async Task A_lease_whose_renewal_failed_once_is_renewed_the_next_time()
    {
        await using (await HoldAsync())
        {
            await ExecuteAsync("""
                CREATE SEQUENCE refused;
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no renewal, %', nextval('refused'); END $$;
                CREATE TRIGGER refuse BEFORE UPDATE ON import_jobs FOR EACH ROW WHEN (OLD.attempt = NEW.attempt AND OLD.lease_until < NEW.lease_until) EXECUTE FUNCTION refuse();
                """);
            var job = await SendAsync(Header + Row("held", 5));
            await IsHeldAsync();
            await Eventually.IsTrueAsync(() => Prices.QueryAsync<bool>("SELECT is_called FROM refused"));
            var lease = await Prices.QueryAsync<DateTime>("SELECT lease_until FROM import_jobs");
            await ExecuteAsync("DROP FUNCTION refuse CASCADE; DROP SEQUENCE refused");

            await Eventually.IsTrueAsync(async () => await Prices.QueryAsync<DateTime>("SELECT lease_until FROM import_jobs") > lease);

            (await AttemptAsync(job)).ShouldBe(1, "nobody else took it");
        }
    }

    /// <summary>Who would make the series <c>held</c> waits until this ends.</summary>
    private async Task<NpgsqlConnection> HoldAsync()
    {
        var connection = await Prices.Database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(
            """
            BEGIN;
            INSERT INTO series (id, mineral, form, unit, currency, source, frequency)
            VALUES (gen_random_uuid(), 'copper', 'held', 't', 'USD', 'USGS Mineral Commodity Summaries', 4)
            """, connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private Task IsHeldAsync() => Eventually.IsTrueAsync(
        () => Prices.QueryAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"));

    private Task IsBegunAsync(Guid job) => Eventually.IsTrueAsync(async () => await AttemptAsync(job) > 0);

    private async Task<Guid> SendAsync(string file)
    {
        using var answer = await Prices.Client.PostAsync("/api/prices/imports?format=usgs-mcs", new StringContent(file));
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    /// <param name="startedAt">In SQL.</param>
    /// <param name="leaseSeconds">How long the lease of the dead process still runs; null when it let go of the job before it ended.</param>
    private Task<Guid> LeaveAsync(string file, int attempt, int? leaseSeconds, string startedAt = "now()") => Prices.QueryAsync<Guid>(string.Create(CultureInfo.InvariantCulture, $"""
        WITH job AS (
            INSERT INTO import_jobs (id, format, state, byte_count, sha256, submitted_at, started_at, attempt, lease_until)
            VALUES (gen_random_uuid(), 'usgs-mcs', 1, {Encoding.UTF8.GetByteCount(file)}, '', now(), {startedAt}, {attempt}, {(leaseSeconds is { } seconds ? $"now() + interval '{seconds} s'" : "NULL")})
            RETURNING no, id),
            piece AS (INSERT INTO import_chunks (job_no, seq, body) SELECT no, 0, convert_to('{file}', 'UTF8') FROM job)
        SELECT id FROM job
        """));

    private async Task<string> EndAsync(Guid job) => (await Eventually.BecomesAsync(
        () => Prices.GetAsync($"imports/{job}"), j => j.GetProperty("state").GetString() is not ("queued" or "running"), TimeSpan.FromSeconds(60))).GetProperty("state").GetString()!;

    private Task<int> AttemptAsync(Guid job) => Prices.QueryAsync<int>($"SELECT attempt FROM import_jobs WHERE id = '{job}'");

    private async Task ExecuteAsync(string sql)
    {
        await using var command = Prices.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static string Row(string form, int value) => string.Create(CultureInfo.InvariantCulture, $"Copper,Price,{form},dollars per metric ton,2021,{value}\n");
}
