using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Chokepoint.Testing;
using Chokepoint.TradeFlows.Data;
using Npgsql;

namespace Chokepoint.TradeFlows.Tests.Imports;

/// <summary>Files as jobs: cancelled, out of disk, wrongly encoded, and what is left behind.</summary>
public sealed class ImportJobTests(TradeService trade) : TradeTests(trade)
{
    [Fact]
    public async Task A_running_import_can_be_cancelled_and_leaves_nothing_behind()
    {
        var text = new StringBuilder("t,i,j,k,v,q\n");
        for (var i = 0; i < 200_000; i++) text.Append(CultureInfo.InvariantCulture, $"2021,156,842,{100_000 + i},1,1\n");
        using var answer = await Trade.Client.PostAsync("/api/trade/imports?format=baci", new StringContent(text.ToString()));
        var location = answer.EnsureSuccessStatusCode().Headers.Location!;
        var seen = await Eventually.BecomesAsync(
            () => Trade.Client.GetFromJsonAsync<JsonElement>(location), j => j.GetProperty("rowsRead").GetInt64() > 0, TimeSpan.FromSeconds(60));

        using var cancelled = await Trade.Client.DeleteAsync(location);
        var job = await Eventually.BecomesAsync(
            () => Trade.Client.GetFromJsonAsync<JsonElement>(location), j => TradeService.State(j) is not ("queued" or "running"), TimeSpan.FromSeconds(60));

        seen.GetProperty("bytesTotal").GetInt64().ShouldBeGreaterThan(seen.GetProperty("bytesRead").GetInt64());
        cancelled.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        TradeService.State(job).ShouldBe("cancelled");
        (await Trade.QueryAsync<long>("SELECT count(*) FROM flows")).ShouldBe(0);
        (await Trade.QueryAsync<long>("SELECT count(*) FROM import_chunks")).ShouldBe(0);
        (await Trade.QueryAsync<long>("SELECT count(*) FROM pg_class WHERE relname LIKE 'import_staging%'")).ShouldBe(0);
        using var again = await Trade.Client.DeleteAsync(location);
        again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task An_import_cancelled_amid_its_merge_is_answered_at_once_and_nothing_of_it_is_kept()
    {
        // The merge waits for its source's turn as long as this holds it.
        await using var holding = await Trade.Database.OpenConnectionAsync();
        await using (var hold = new NpgsqlCommand("SELECT pg_advisory_lock(hashtext('flows merge'), source) FROM generate_series(1, 50) AS source", holding))
            await hold.ExecuteNonQueryAsync();
        using var answer = await Trade.Client.PostAsync("/api/trade/imports?format=comtrade-v1", new StringContent(Samples.Gallium));
        var location = answer.EnsureSuccessStatusCode().Headers.Location!;
        await Eventually.IsTrueAsync(
            async () => await Trade.QueryAsync<long>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") > 0,
            TimeSpan.FromSeconds(60));

        using var cancelled = await Trade.Client.DeleteAsync(location).WaitAsync(TimeSpan.FromSeconds(60)); // while the merge still waits
        await using (var release = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", holding)) await release.ExecuteNonQueryAsync();
        var job = await Eventually.BecomesAsync(
            () => Trade.Client.GetFromJsonAsync<JsonElement>(location), j => TradeService.State(j) is not ("queued" or "running"), TimeSpan.FromSeconds(60));

        cancelled.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        TradeService.State(job).ShouldBe("cancelled");
        (await Trade.QueryAsync<long>("SELECT count(*) FROM flows")).ShouldBe(0);
        (await Trade.QueryAsync<long>("SELECT count(*) FROM messaging.outbox")).ShouldBe(0);
    }

    [Fact]
    public async Task When_the_disk_fills_at_the_merge_nothing_is_half_applied_and_the_import_ends_once_there_is_room()
    {
        // What Postgres answers on a full disk, at the last write of the merge: the announcing of profiles.
        await ExecuteAsync("""
            CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
            CREATE TRIGGER full_disk BEFORE INSERT ON messaging.outbox EXECUTE FUNCTION disk_is_full();
            """);
        try
        {
            using var answer = await Trade.Client.PostAsync("/api/trade/imports?format=comtrade-v1", new StringContent(Samples.Gallium));
            var location = answer.EnsureSuccessStatusCode().Headers.Location!;
            await Eventually.IsTrueAsync(async () => await Trade.QueryAsync<int>("SELECT attempt FROM import_jobs") > 1, TimeSpan.FromSeconds(90));
            (await Trade.QueryAsync<long>("SELECT count(*) FROM flows")).ShouldBe(0);
            (await Trade.Client.GetAsync("/ready")).IsSuccessStatusCode.ShouldBeTrue();

            await ExecuteAsync("DROP TRIGGER full_disk ON messaging.outbox");
            var job = await Eventually.BecomesAsync(
                () => Trade.Client.GetFromJsonAsync<JsonElement>(location), j => TradeService.State(j) is not ("queued" or "running"), TimeSpan.FromSeconds(90));

            ComtradeImportTests.Counts(job).ShouldBe(("completed", 3, 3, 0, 3, 0, 0));
        }
        finally
        {
            await ExecuteAsync("DROP FUNCTION IF EXISTS disk_is_full CASCADE");
        }
    }

    [Fact]
    public async Task Text_in_another_encoding_is_refused_by_name_or_rejected_where_it_shows()
    {
        var utf16 = await Trade.ImportAsync("comtrade-v1", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Samples.Gallium)]);
        var latin1 = await Trade.ImportAsync(
            "csv&source=desk&reporter=USA&direction=import&frequency=annual&period=year&partner=partner&hs=hs&value=usd",
            Encoding.Latin1.GetBytes("year,partner,hs,usd\n2020,Türkiye,250410,1\n2020,China,250410,2\n"));

        TradeService.State(utf16).ShouldBe("rejected");
        utf16.GetProperty("error").GetProperty("detail").GetString()!.ShouldContain("UTF-16");
        ComtradeImportTests.Counts(latin1).ShouldBe(("completed", 2, 1, 1, 1, 0, 0));
        (await Trade.RejectsAsync(latin1)).Single().Reason.ShouldContain("not UTF-8");
    }

    [Fact]
    public async Task A_long_file_accepted_after_a_short_one_that_was_sent_later_is_the_later_of_the_two()
    {
        using var streaming = new HttpClient { BaseAddress = Trade.Client.BaseAddress }; // the factory's own client reads a body whole before it sends
        streaming.DefaultRequestHeaders.Authorization = Trade.Client.DefaultRequestHeaders.Authorization;
        var sending = new Pipe();
        using var slow = new StreamContent(sending.Reader.AsStream());
        var sent = streaming.PostAsync("/api/trade/imports?format=baci", slow);
        var text = new StringBuilder("t,i,j,k,v,q\n2021,156,842,250410,1,1\n");
        for (var i = 0; i < 50_000; i++) text.Append(CultureInfo.InvariantCulture, $"2021,124,842,{100_000 + i},1,1\n"); // more than a piece
        await sending.Writer.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()));
        await Eventually.IsTrueAsync(async () => await Trade.QueryAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY import_chunks%'") == 1);

        TradeService.State(await Trade.ImportAsync("baci", "t,i,j,k,v,q\n2021,156,842,250410,2,2\n")).ShouldBe("completed");
        var shortOne = await Trade.QueryAsync<DateTime>("SELECT submitted_at FROM import_jobs");
        await sending.Writer.CompleteAsync();
        using var answer = await sent;
        var location = answer.EnsureSuccessStatusCode().Headers.Location!;
        var job = await Eventually.BecomesAsync(
            () => Trade.Client.GetFromJsonAsync<JsonElement>(location), j => TradeService.State(j) is not ("queued" or "running"), TimeSpan.FromSeconds(60));

        TradeService.State(job).ShouldBe("completed");
        (await Trade.QueryAsync<double>("SELECT net_kg FROM flows WHERE partner = 156")).ShouldBe(1000);
        job.GetProperty("submittedAt").GetDateTime().ShouldBeGreaterThan(shortOne);
        job.GetProperty("rowsPerSecond").GetDouble().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_year_with_a_row_twice_keeps_the_last_and_counts_the_other_as_nothing_new()
    {
        var job = await Trade.ImportAsync("baci", "t,i,j,k,v,q\n2021,156,842,250410,1,1\n2021,124,842,250410,2,2\n2021,156,842,250410,3,3\n");

        ComtradeImportTests.Counts(job).ShouldBe(("completed", 3, 3, 0, 2, 0, 1));
        (await Trade.QueryAsync<double>("SELECT net_kg FROM flows WHERE partner = 156")).ShouldBe(3000);
    }

    [Fact]
    public async Task A_staged_year_becomes_a_part_of_the_flows_without_being_read_for_it()
    {
        const short source = 900, year = 2021;
        await FlowTables.EnsureSourceAsync(Trade.Database, source, CancellationToken.None);
        await using var connection = await Trade.Database.OpenConnectionAsync();
        var said = new List<string>();
        connection.Notice += (_, e) => said.Add(e.Notice.MessageText);
        await ExecuteAsync(connection, "CREATE TABLE staged (LIKE flows) PARTITION BY LIST (year)");
        await FlowTables.StageYearAsync(connection, source, year, "staged", CancellationToken.None);
        await ExecuteAsync(connection, "SET client_min_messages = debug1");

        await FlowTables.AttachYearAsync(connection, source, year, "staged", $"staged_{year}", CancellationToken.None);

        // Postgres says so, and nothing when it scans the table.
        said.ShouldContain($"partition constraint for table \"flows_{source}_{year}\" is implied by existing constraints");
        (await Trade.QueryAsync<long>("SELECT count(*) FROM pg_constraint WHERE conname = 'of_year' AND conrelid = 'flows_900_2021'::regclass")).ShouldBe(0, "what proved it is not kept");
        await ExecuteAsync(connection, "RESET client_min_messages; DROP TABLE staged, flows_900");
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await Trade.Database.OpenConnectionAsync();
        await ExecuteAsync(connection, sql);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
