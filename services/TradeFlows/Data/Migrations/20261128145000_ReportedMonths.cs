using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Chokepoint.TradeFlows.Data.Migrations
{
    /// <inheritdoc />
    public partial class ReportedMonths : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(FlowTables.CreateReportedMonths);

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("DROP TABLE reported_months;");
    }
}
