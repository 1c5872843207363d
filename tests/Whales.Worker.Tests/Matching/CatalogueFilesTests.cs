using Whales.Hosting.Catalogue;
using Whales.Hosting.Models;
using Whales.Testing.Models;
using Whales.Worker.Matching;
using Whales.Worker.Models;

namespace Whales.Worker.Tests.Matching;

public sealed class CatalogueFilesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("catalogue").FullName;
    private readonly string _folder;

    public CatalogueFilesTests() => _folder = TestModels.Write(_root);

    private string Csv => Path.Combine(_folder, "catalogue.csv");

    private string Npy => Path.Combine(_folder, "catalogue.npy");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Read_HalfOrSinglePrecision_HasAllRowsAndIndividuals(bool asSingle)
    {
        TestModels.WriteNpy(Npy, [.. Enumerable.Range(0, 12).Select(i => TestModels.Embedding((byte)(i * 20), 3, 9))], asSingle);

        var catalogue = ((CatalogueMatcher)CatalogueFiles.Read(_folder, ModelTask.Embedding)).Catalogue;

        Assert.Equal((12, 4), (catalogue.Rows, catalogue.Dimensions));
        Assert.Equal(TestModels.Individuals.Select(i => (i.Id, i.Name, TestModels.Species)), catalogue.Individuals.Select(i => (i.Id, i.Name!, i.Species!)));
        Assert.Matches("^[0-9a-f]{12}$", catalogue.Version);
    }

    [Fact]
    public void Read_FilesChange_VersionChangesWithThem()
    {
        var before = CatalogueFiles.Read(_folder, ModelTask.Embedding).CatalogueVersion;
        var again = CatalogueFiles.Read(_folder, ModelTask.Embedding).CatalogueVersion;
        File.WriteAllText(Csv, File.ReadAllText(Csv).Replace("Rosa", "Rose", StringComparison.Ordinal));

        Assert.Equal(before, again);
        Assert.NotEqual(before, CatalogueFiles.Read(_folder, ModelTask.Embedding).CatalogueVersion);
    }

    [Theory]
    [InlineData("file,individual,name,species\r\n\"a,1.jpg\",x,\"Anna \"\"Big\"\" Whale\",S\r\n", "x", "Anna \"Big\" Whale", "S")]
    [InlineData("individual\nx", "x", null, null)]
    [InlineData("species,id\n,x\n\n", "x", null, null)]
    public void Read_CsvInAnyStyle_IsUnderstood(string csv, string id, string? name, string? species)
    {
        File.WriteAllText(Csv, csv);

        Assert.Equal(new KnownIndividual(id, name, species), Assert.Single(IndividualTable.Read(Csv)));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("file,whale\na,b", "'whale' is not known")]
    [InlineData("file,name\na,b", "no column 'individual'")]
    [InlineData("individual,individual\na,b", "named twice")]
    [InlineData("individual,name\na", "line 2: has 1 fields")]
    [InlineData("individual,name\n,a", "line 2: the individual's id is empty")]
    [InlineData("individual,name\na,\"b", "line 2: a quotation mark is not closed")]
    [InlineData("individual,name\na,b\na,c", "line 3: 'a' has another name")]
    [InlineData("file,individual\n1.jpg,a\n1.jpg,b", "line 3: the photo '1.jpg' is listed twice")]
    [InlineData("individual\na", "names 1 rows, catalogue.npy has 12")]
    public void Read_CsvIsWrong_SaysWhat(string csv, string part)
    {
        File.WriteAllText(Csv, csv);

        Assert.Contains(part, Error(ModelTask.Embedding), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NpyIsWrong_SaysWhat()
    {
        var good = File.ReadAllBytes(Npy);
        Assert.Contains("needs 96", WithNpy(good[..^5]), StringComparison.Ordinal);
        Assert.Contains("is no .npy file", WithNpy([1, 2, 3]), StringComparison.Ordinal);
        Assert.Contains("within its header", WithNpy(good[..40]), StringComparison.Ordinal);
        Assert.Contains("type '<i2'", WithNpy(Replace(good, "<f2", "<i2")), StringComparison.Ordinal);
        Assert.Contains("Fortran order", WithNpy(Replace(good, "False,", "True, ")), StringComparison.Ordinal);
        Assert.Contains("no matrix", WithNpy(Replace(good, "(12, 4)", "(48,)  ")), StringComparison.Ordinal);

        string WithNpy(byte[] bytes)
        {
            File.WriteAllBytes(Npy, bytes);
            return Error(ModelTask.Embedding);
        }

        static byte[] Replace(byte[] bytes, string from, string to) =>
            System.Text.Encoding.Latin1.GetBytes(System.Text.Encoding.Latin1.GetString(bytes).Replace(from, to, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_RowIsNaN_NamesTheRow()
    {
        TestModels.WriteNpy(Npy, [.. Enumerable.Range(0, 12).Select(i => new[] { i == 7 ? float.NaN : 1, 0, 0, 0 })]);

        Assert.Contains("row 7 has a value that is no finite number", Error(ModelTask.Embedding), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("catalogue.npy", ModelTask.Embedding)]
    [InlineData("catalogue.csv", ModelTask.Embedding)]
    [InlineData("labels.csv", ModelTask.Classification)]
    public void Read_FileIsMissing_NamesIt(string file, ModelTask task)
    {
        File.Delete(Path.Combine(_folder, file));

        Assert.EndsWith($"{file}: is missing.", Error(task), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_LabelTwice_NamesIt()
    {
        File.WriteAllText(Path.Combine(_folder, "labels.csv"), "id\na\nb\na\n");

        Assert.Contains("the label 'a' is listed twice", Error(ModelTask.Classification), StringComparison.Ordinal);
    }

    private string Error(ModelTask task) => Assert.Throws<ModelLoadException>(() => CatalogueFiles.Read(_folder, task)).Message;
}
